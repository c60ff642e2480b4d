//! Candidates 候选: rulesets on their way from draft to live.

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use utoipa::ToSchema;

use super::{Manifest, Store, TenantId, Transaction};

/// Where a candidate is on its way.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Made from the draft; its files do not change any more.
    Draft,
    /// It compiles.
    Checked,
    /// Its rule tests pass, or somebody said why they need not.
    Tested,
    /// A report of a simulation is attached.
    Simulated,
    /// It decides in silence on live traffic.
    Shadow,
    /// It decides about a share of the customers.
    Canary,
    /// It went live.
    Live,
    /// A guard took it back.
    RolledBack,
    /// Somebody took it back, or another revision went live in its place.
    Withdrawn,
}

impl Stage {
    const ALL: [Stage; 9] = [
        Stage::Draft,
        Stage::Checked,
        Stage::Tested,
        Stage::Simulated,
        Stage::Shadow,
        Stage::Canary,
        Stage::Live,
        Stage::RolledBack,
        Stage::Withdrawn,
    ];

    /// The name as it is kept and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Draft => "draft",
            Stage::Checked => "checked",
            Stage::Tested => "tested",
            Stage::Simulated => "simulated",
            Stage::Shadow => "shadow",
            Stage::Canary => "canary",
            Stage::Live => "live",
            Stage::RolledBack => "rolled-back",
            Stage::Withdrawn => "withdrawn",
        }
    }

    fn named(name: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == name)
    }

    /// Whether it has come to an end.
    #[must_use]
    pub fn has_ended(self) -> bool {
        matches!(self, Stage::Live | Stage::RolledBack | Stage::Withdrawn)
    }

    /// Whether it meets live traffic.
    #[must_use]
    pub fn is_running(self) -> bool {
        matches!(self, Stage::Shadow | Stage::Canary)
    }
}

/// A candidate.
#[derive(Clone, Debug)]
pub struct CandidateRow {
    /// 1, 2, 3 … per tenant.
    pub number: i64,
    /// Where it is.
    pub stage: Stage,
    /// Its files.
    pub files: Manifest,
    /// Who made it.
    pub author: String,
    /// What changes and why.
    pub note: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub created_at: i64,
    /// When it came to its stage.
    pub changed_at: i64,
    /// Its revision, once it was checked.
    pub revision: Option<String>,
    /// The slugs of its rules, in order, once it was checked.
    pub rules: Vec<String>,
    /// How its rule tests went, JSON.
    pub tests: Option<String>,
    /// Whether a report is attached.
    pub has_report: bool,
    /// What it decided otherwise as a shadow, JSON.
    pub differences: Option<String>,
    /// Share and guards of its canary, JSON.
    pub canary: Option<String>,
    /// Why it ended, JSON.
    pub ended: Option<String>,
    /// The number of the revision that it became.
    pub live_number: Option<i64>,
}

/// What changes about a candidate; what is `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct CandidateChange {
    /// Where it is now.
    pub stage: Option<Stage>,
    /// See [`CandidateRow::revision`].
    pub revision: Option<String>,
    /// See [`CandidateRow::rules`].
    pub rules: Option<Vec<String>>,
    /// See [`CandidateRow::tests`].
    pub tests: Option<String>,
    /// The report, JSON.
    pub report: Option<String>,
    /// See [`CandidateRow::differences`].
    pub differences: Option<String>,
    /// See [`CandidateRow::canary`].
    pub canary: Option<String>,
    /// See [`CandidateRow::ended`].
    pub ended: Option<String>,
    /// The event with which its canary began.
    pub canary_seq: Option<i64>,
    /// See [`CandidateRow::live_number`].
    pub live_number: Option<i64>,
}

const COLUMNS: &str = "SELECT number, stage, files, author, note, created_at, changed_at, revision, rules, tests, \
                       report IS NOT NULL AS has_report, differences, canary, ended, live_number FROM candidates";

fn read(row: &SqliteRow) -> Result<CandidateRow, sqlx::Error> {
    let stage: String = row.try_get("stage")?;
    let rules: Option<String> = row.try_get("rules")?;
    let rules = rules.map_or(Ok(Vec::new()), |rules| serde_json::from_str(&rules));
    Ok(CandidateRow {
        number: row.try_get("number")?,
        stage: Stage::named(&stage)
            .ok_or_else(|| sqlx::Error::Decode(format!("`{stage}` is no stage").into()))?,
        files: Manifest::parse(&row.try_get::<String, _>("files")?)?,
        author: row.try_get("author")?,
        note: row.try_get("note")?,
        created_at: row.try_get("created_at")?,
        changed_at: row.try_get("changed_at")?,
        revision: row.try_get("revision")?,
        rules: rules.map_err(|error| sqlx::Error::Decode(error.into()))?,
        tests: row.try_get("tests")?,
        has_report: row.try_get("has_report")?,
        differences: row.try_get("differences")?,
        canary: row.try_get("canary")?,
        ended: row.try_get("ended")?,
        live_number: row.try_get("live_number")?,
    })
}

impl Store {
    /// Candidates, newest first: at most `limit` with a number below `before`.
    ///
    /// # Errors
    /// The store failed.
    pub async fn candidates(
        &self,
        tenant: TenantId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<CandidateRow>, sqlx::Error> {
        let sql = format!("{COLUMNS} WHERE tenant = $1 AND number < $2 ORDER BY number DESC LIMIT $3");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.0)
            .bind(before)
            .bind(limit)
            .fetch_all(self.readers())
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// One candidate.
    ///
    /// # Errors
    /// The store failed.
    pub async fn candidate(
        &self,
        tenant: TenantId,
        number: i64,
    ) -> Result<Option<CandidateRow>, sqlx::Error> {
        let before = number.saturating_add(1);
        let last = self.candidates(tenant, before, 1).await?.pop();
        Ok(last.filter(|row| row.number == number))
    }

    /// The latest candidate, whatever became of it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn last_candidate(&self, tenant: TenantId) -> Result<Option<CandidateRow>, sqlx::Error> {
        Ok(self.candidates(tenant, i64::MAX, 1).await?.pop())
    }

    /// The latest candidate of a revision that ran as a canary.
    ///
    /// # Errors
    /// The store failed.
    pub async fn candidate_of_revision(
        &self,
        tenant: TenantId,
        revision: &str,
    ) -> Result<Option<CandidateRow>, sqlx::Error> {
        let sql = format!(
            "{COLUMNS} WHERE tenant = $1 AND revision = $2 AND canary_seq IS NOT NULL \
             ORDER BY number DESC LIMIT 1"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(tenant.0)
            .bind(revision.to_owned())
            .fetch_optional(self.readers())
            .await?
            .as_ref()
            .map(read)
            .transpose()
    }

    /// The files of candidates that ran as canaries and were made before an instant: the latest 100.
    ///
    /// # Errors
    /// The store failed.
    pub async fn canaries_until(&self, tenant: TenantId, until: i64) -> Result<Vec<Manifest>, sqlx::Error> {
        sqlx::query(
            "SELECT files FROM candidates WHERE tenant = $1 AND canary_seq IS NOT NULL AND created_at <= $2 \
             ORDER BY number DESC LIMIT 100",
        )
        .bind(tenant.0)
        .bind(until)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(|row| Manifest::parse(&row.try_get::<String, _>("files")?))
        .collect()
    }

    /// The report of a candidate's simulation, JSON.
    ///
    /// # Errors
    /// The store failed.
    pub async fn candidate_report(
        &self,
        tenant: TenantId,
        number: i64,
    ) -> Result<Option<String>, sqlx::Error> {
        let row = sqlx::query("SELECT report FROM candidates WHERE tenant = $1 AND number = $2")
            .bind(tenant.0)
            .bind(number)
            .fetch_optional(self.readers())
            .await?;
        row.map_or(Ok(None), |row| row.try_get(0))
    }

    /// Which candidates became revisions: `(revision's number, candidate's number)`, for revisions in a range.
    ///
    /// # Errors
    /// The store failed.
    pub async fn candidates_of_revisions(
        &self,
        tenant: TenantId,
        first: i64,
        last: i64,
    ) -> Result<Vec<(i64, i64)>, sqlx::Error> {
        sqlx::query(
            "SELECT live_number, number FROM candidates WHERE tenant = $1 AND live_number BETWEEN $2 AND $3",
        )
        .bind(tenant.0)
        .bind(first)
        .bind(last)
        .fetch_all(self.readers())
        .await?
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect()
    }

    /// From which event on which candidate's rules decided beside the live ones, ascending: the latest 1,000.
    ///
    /// # Errors
    /// The store failed.
    pub async fn canary_rules_over_time(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<(i64, Vec<String>)>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT canary_seq, rules FROM candidates WHERE tenant = $1 AND canary_seq IS NOT NULL \
             ORDER BY number DESC LIMIT 1000",
        )
        .bind(tenant.0)
        .fetch_all(self.readers())
        .await?;
        let read = |row: &SqliteRow| {
            let rules = serde_json::from_str(row.try_get::<&str, _>("rules")?);
            Ok((row.try_get("canary_seq")?, rules.map_err(|error| sqlx::Error::Decode(error.into()))?))
        };
        rows.iter().rev().map(read).collect()
    }

    /// Adds a candidate and returns its number; `None` while another has not come to its end.
    ///
    /// # Errors
    /// The store failed.
    pub async fn add_candidate(
        &self,
        transaction: &mut Transaction<'_>,
        tenant: TenantId,
        files: &Manifest,
        author: &str,
        note: &str,
        at: i64,
    ) -> Result<Option<i64>, sqlx::Error> {
        let row = sqlx::query(
            "SELECT number, stage FROM candidates WHERE tenant = $1 ORDER BY number DESC LIMIT 1",
        )
        .bind(tenant.0)
        .fetch_optional(&mut **transaction)
        .await?;
        let number = match row {
            Some(row) => {
                let stage: String = row.try_get("stage")?;
                if !Stage::named(&stage).is_some_and(Stage::has_ended) {
                    return Ok(None);
                }
                row.try_get::<i64, _>("number")? + 1
            }
            None => 1,
        };
        sqlx::query(
            "INSERT INTO candidates (tenant, number, stage, files, author, note, created_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind(tenant.0)
        .bind(number)
        .bind(Stage::Draft.as_str())
        .bind(files.to_json())
        .bind(author.to_owned())
        .bind(note.to_owned())
        .bind(at)
        .execute(&mut **transaction)
        .await?;
        Ok(Some(number))
    }
}

/// Changes a candidate. With `expected`, only one that is at that stage; returns whether it was.
pub(crate) async fn change_candidate(
    transaction: &mut Transaction<'_>,
    tenant: TenantId,
    number: i64,
    at: i64,
    change: CandidateChange,
    expected: Option<Stage>,
) -> Result<bool, sqlx::Error> {
    let rules = change.rules.map(|rules| serde_json::to_string(&rules).unwrap_or_else(|_| "[]".to_owned()));
    let done = sqlx::query(
        "UPDATE candidates SET stage = COALESCE($1, stage), \
         changed_at = CASE WHEN $1 IS NULL THEN changed_at ELSE $2 END, \
         revision = COALESCE($3, revision), rules = COALESCE($4, rules), tests = COALESCE($5, tests), \
         report = COALESCE($6, report), differences = COALESCE($7, differences), \
         canary = COALESCE($8, canary), ended = COALESCE($9, ended), \
         canary_seq = COALESCE(canary_seq, $10), live_number = COALESCE($11, live_number) \
         WHERE tenant = $12 AND number = $13 AND stage = COALESCE($14, stage)",
    )
    .bind(change.stage.map(Stage::as_str))
    .bind(at)
    .bind(change.revision)
    .bind(rules)
    .bind(change.tests)
    .bind(change.report)
    .bind(change.differences)
    .bind(change.canary)
    .bind(change.ended)
    .bind(change.canary_seq)
    .bind(change.live_number)
    .bind(tenant.0)
    .bind(number)
    .bind(expected.map(Stage::as_str))
    .execute(&mut **transaction)
    .await?;
    Ok(done.rows_affected() > 0)
}
