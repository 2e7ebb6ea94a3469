#!/usr/bin/env python3
"""Checks what runs NEXUS elsewhere: that compose file, Kubernetes manifests, Prometheus and the gateway's table name the same
services, that every secret that is mounted is also made, and (when the package kubernetes-validate is installed) that each
manifest fits Kubernetes' schema; when kubectl is installed, what kustomize makes of them. Needs PyYAML.

    pip install pyyaml kubernetes-validate && deploy/check.py
"""
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KUBERNETES = HERE / "kubernetes"
COMPLAINTS = []


def expect(holds, complaint):
    if not holds:
        COMPLAINTS.append(complaint)


def services():
    lines = (HERE / "services").read_text().splitlines()
    return {line.split()[0]: set(line.split()[1:]) for line in lines if line and not line.startswith("#")}


def made_secrets(known):
    names = {"postgres_password", "admin_database_url", "auth_master_secret", "auth_service_secrets", "crm_link_secret", "backup_key", "grafana_password", "smtp_url"}
    for service, has in known.items():
        names |= {f"{service}_database_password", f"{service}_database_url"} if "database" in has else set()
        names |= {f"{service}_client_secret"} if "client" in has else set()
    return names


def compose(known):
    file = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name in known:
        expect(name in file["services"], f"docker-compose.yml has no service {name}")
    for name, service in file["services"].items():
        for secret in service.get("secrets", []):
            expect(secret in file["secrets"], f"docker-compose.yml: {name} wants the secret {secret}, which is not named")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                # A map is made by whoever wants one.
                expect((ROOT / source).exists() or source.endswith("/map"), f"docker-compose.yml: {source} does not exist")
            else:
                expect(source in file["volumes"], f"docker-compose.yml: no volume {source}")
        expect("mem_limit" in service, f"docker-compose.yml: {name} has no memory limit")
        expect(name in ("gateway", "grafana", "mail") or "ports" not in service, f"docker-compose.yml: {name} publishes a port")
        if name != "postgres":
            expect(service.get("read_only"), f"docker-compose.yml: {name} may write to its file system")
    expect(set(file["secrets"]) <= made_secrets(known), f"never made: {set(file['secrets']) - made_secrets(known)}")


def prometheus(known):
    jobs = {job["job_name"] for job in yaml.safe_load((HERE / "observability/prometheus.yml").read_text())["scrape_configs"]}
    expect(set(known) <= jobs, f"prometheus.yml does not ask {set(known) - jobs}")
    yaml.safe_load((HERE / "observability/alerts.yml").read_text())
    made = subprocess.run([sys.executable, HERE / "observability/grafana/dashboards.py", "--check"], capture_output=True, text=True)
    expect(made.returncode == 0, made.stderr.strip())


def documents(folder):
    """What a kustomization brings, without its patches; every file of it must exist."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    for generator in kustomization.get("configMapGenerator", []):
        for file in generator.get("files", []):
            expect((folder / file).is_file(), f"{folder.name}: {file} is missing")
    for resource in kustomization["resources"]:
        path = folder / resource
        if path.is_dir():
            yield from documents(path.resolve())
            continue
        expect(path.is_file(), f"{folder.name}: {resource} is missing")
        for document in yaml.safe_load_all(path.read_text()):
            yield path.name, document


def kubernetes(known):
    base = yaml.safe_load((KUBERNETES / "base/kustomization.yaml").read_text())
    images = {image["name"] for image in base["images"]}
    found = list(documents(KUBERNETES / "replicated"))
    deployments = {document["metadata"]["name"] for _, document in found if document["kind"] == "Deployment"}
    expect(deployments == set(known), f"kubernetes deploys {deployments}, not {set(known)}")
    budgets = {document["metadata"]["name"] for _, document in found if document["kind"] == "PodDisruptionBudget"}
    expect(budgets == set(known), f"kubernetes keeps one of {budgets}, not of {set(known)}")
    counts = {replicas["name"] for replicas in yaml.safe_load((KUBERNETES / "replicated/kustomization.yaml").read_text())["replicas"]}
    expect(counts == set(known), f"kubernetes makes two of {counts}, not of {set(known)}")
    secrets = made_secrets(known) | {"backup_s3_key", "backup_s3_secret"}
    configured = {"nexus", "roles"}
    for file, document in found:
        for pod in pods(document):
            check_pod(file, pod, images, secrets, configured)
    validate(built_by_kustomize() or found)
    same = (KUBERNETES / "base/postgres-roles.sh").read_bytes() == (HERE / "postgres-roles.sh").read_bytes()
    expect(same, "kubernetes/base/postgres-roles.sh is not deploy/postgres-roles.sh: copy it")


def built_by_kustomize():
    if not shutil.which("kubectl"):
        print("kubectl is not installed: kustomize's patches are not checked")
        return []
    built = subprocess.run(["kubectl", "kustomize", KUBERNETES / "replicated"], capture_output=True, text=True)
    expect(built.returncode == 0, f"kubectl kustomize: {built.stderr.strip()}")
    return [("kustomize", document) for document in yaml.safe_load_all(built.stdout) if document]


def pods(document):
    spec = document.get("spec", {})
    if document["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if "template" in spec:
        yield spec["template"]["spec"]


def check_pod(file, pod, images, secrets, configured):
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for volume in volumes.values():
        for item in volume.get("secret", {}).get("items", []):
            expect(item["key"] in secrets, f"{file}: the secret {item['key']} is never made")
        name = volume.get("configMap", {}).get("name")
        expect(name is None or name in configured, f"{file}: no config map {name}")
    expect(pod["securityContext"]["runAsNonRoot"], f"{file}: runs as root")
    for container in pod["containers"]:
        expect(container["image"] in images or container["image"].startswith("postgres:"), f"{file}: nobody makes {container['image']}")
        expect("memory" in container["resources"]["limits"], f"{file}: no memory limit")
        expect(container["securityContext"]["readOnlyRootFilesystem"], f"{file}: may write to its file system")
        for mount in container["volumeMounts"]:
            expect(mount["name"] in volumes, f"{file}: no volume {mount['name']}")


def validate(found):
    try:
        import kubernetes_validate
    except ImportError:
        print("kubernetes-validate is not installed: the schema is not checked")
        return
    for file, document in found:
        try:
            kubernetes_validate.validate(document, "1.33", strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(map(str, error.path))
            COMPLAINTS.append(f"{file}: {document['kind']} {document['metadata']['name']}: {where}: {error.message[:200]}")
    print(f"{len(found)} Kubernetes manifests compared with the schema of 1.33")


def gateway(known):
    table = (ROOT / "gateway/src/table.rs").read_text()
    for name in set(known) - {"gateway", "route-optimizer"}:
        expect(f'=> "{name}"' in table, f"the gateway's table does not know {name}")


def main():
    known = services()
    compose(known)
    prometheus(known)
    kubernetes(known)
    gateway(known)
    for complaint in COMPLAINTS:
        print(complaint)
    sys.exit(1 if COMPLAINTS else print(f"{len(known)} services, the same everywhere"))


if __name__ == "__main__":
    main()
