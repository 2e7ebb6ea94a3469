DROP TABLE report_template_versions;
DROP TABLE report_templates;
