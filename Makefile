# The doors a person uses. Everything else is `nexus` (running it) and `cargo x` (building it).
NEXUS := $(or $(CARGO_TARGET_DIR),target)/release/nexus
.PHONY: help up demo stop doctor test check bench build
.DEFAULT_GOAL := help

help: ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

up: build ## install what is missing, build, start everything on http://localhost:8080
	@$(NEXUS) up

demo: build ## the same, filled with an invented Italian sales company
	@$(NEXUS) up --demo

stop: ## stop what runs in this folder
	@$(NEXUS) stop

doctor: ## say in plain words what is wrong and what to do
	@$(NEXUS) doctor

test: ## every check, as continuous integration runs them
	@deploy/prepare.sh test
	@cargo x ci

check: ## the quick ones: format, rules, lints
	@cargo x ci fmt tidy clippy

bench: ## memory and start-up time against the goals
	@deploy/prepare.sh web
	@cargo x bench

build:
	@deploy/prepare.sh web
	@cargo build --release --workspace --exclude xtask --exclude nexus-testkit --locked
