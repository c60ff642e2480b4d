//! The steps from an empty database to today's, in order.

use sqlx::SqlSafeStr as _;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Version, description and statements of each, as its file is named.
const STEPS: [(i64, &str, &str); 3] = [
    (1, "start", include_str!("../../migrations/0001_start.sql")),
    (2, "modules", include_str!("../../migrations/0002_modules.sql")),
    (5, "candidates", include_str!("../../migrations/0005_candidates.sql")),
];

/// Brings a database to the newest step, each in a transaction. A step that has changed since it was taken is refused.
//
// A list in place of `sqlx::migrate!`: the macro alone has SQLite compiled twice.
pub(super) fn migrator() -> Migrator {
    let step = |(version, description, statements): (i64, &'static str, &'static str)| {
        Migration::new(version, description.into(), MigrationType::Simple, statements.into_sql_str(), false)
    };
    Migrator::with_migrations(STEPS.map(step).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_a_step() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let steps = STEPS.map(|(version, description, _)| format!("{version:04}_{description}.sql"));
        assert_eq!(files, steps);
    }
}
