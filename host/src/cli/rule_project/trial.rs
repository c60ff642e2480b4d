//! A rule project where a tenant is asked for: the smallest tenant there is, with this rule and no other.

use std::fs;

use anyhow::{Context as _, bail};
use pointsman_engine::tenant::TenantFolder;

use super::RuleProject;

const TENANT: &str = r#"
name = "Trial"
zone = "UTC"
default_group = "general"
fallback = ["leave-message"]
channel = [{ slug = "website", name = "Website" }]
"#;
const GROUPS: &str = "[[group]]\nslug = \"general\"\nname = \"General\"\n";
const AGENTS: &str = "[[agent]]\nslug = \"agent\"\nname = \"Agent\"\ngroups = [\"general\"]\n";

/// A tenant around the project's rule. It has one group, `general`; a rule that names others is tried in its own tenant's
/// folder.
pub(in crate::cli) fn tenant_around(project: &RuleProject) -> anyhow::Result<TenantFolder> {
    let module = project.module();
    if !module.is_file() {
        bail!("`{}` is not built yet: run `pointsman build {}`", module.display(), project.folder.display());
    }
    let read =
        |path: &std::path::Path| fs::read(path).with_context(|| format!("cannot read `{}`", path.display()));
    let files = [
        ("tenant.toml".to_owned(), TENANT.as_bytes().to_vec()),
        ("groups.toml".to_owned(), GROUPS.as_bytes().to_vec()),
        ("agents.toml".to_owned(), AGENTS.as_bytes().to_vec()),
        (format!("rules/10-{}.wasm", project.name), read(&module)?),
        (format!("rules/10-{}.toml", project.name), read(&project.sidecar())?),
    ];
    Ok(TenantFolder { files: files.into() })
}
