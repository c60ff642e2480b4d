//! `--html FILE`: a result as one HTML file besides.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use pointsman_engine::model::Directory;
use pointsman_report::{About, Language};

use super::output;

/// Where a page goes, and in which language.
#[derive(Debug, Args)]
pub(super) struct HtmlArguments {
    /// Write the result to this file too, as one HTML page with charts that needs nothing else
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
    /// The language of that page
    #[arg(
        long,
        value_enum,
        default_value_t,
        requires = "html",
        value_name = "zh|en",
        hide_possible_values = true
    )]
    lang: Lang,
    /// Write over the file where there is one
    #[arg(long, requires = "html")]
    force: bool,
}

#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Lang {
    #[default]
    En,
    Zh,
}

impl HtmlArguments {
    /// Whether a page is wanted.
    pub(super) fn is_wanted(&self) -> bool {
        self.html.is_some()
    }

    /// Says what will be in the way, before anything takes long.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let Some(path) = &self.html else { return Ok(()) };
        if path.is_dir() {
            bail!("`{}` is a folder: name a file in it", path.display());
        }
        if path.exists() && !self.force {
            return Err(is_there(path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            bail!("there is no folder `{}`: make it first", folder.display());
        }
        Ok(())
    }

    /// Writes the page, if one is wanted, and says so on standard error.
    pub(super) fn write(
        &self,
        directory: &Directory,
        page: impl FnOnce(&About) -> String,
    ) -> anyhow::Result<()> {
        let Some(path) = &self.html else { return Ok(()) };
        let language = match self.lang {
            Lang::En => Language::En,
            Lang::Zh => Language::Zh,
        };
        let settings = &directory.settings;
        let page = page(&About { tenant: settings.name.clone(), zone: settings.zone.clone(), language });
        let mut options = File::options();
        options.write(true);
        if self.force {
            options.create(true).truncate(true);
        } else {
            options.create_new(true);
        }
        let file = options.open(path);
        if file.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
            return Err(is_there(path));
        }
        let written = file.and_then(|mut file| file.write_all(page.as_bytes()));
        written.with_context(|| format!("cannot write `{}`", path.display()))?;
        output::note(&format!("written: {}", path.display()));
        Ok(())
    }
}

fn is_there(path: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "`{}` is there already: name another file, or give --force to write over it",
        path.display()
    )
}
