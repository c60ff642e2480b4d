//! Durations as people write them: `30s`, `1m30s`, `7d`.

/// The longest duration that can be written: ten years.
const DURATION_MS_MAX: i64 = 3_650 * 86_400_000;

const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a text is no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DurationError {
    /// It is not written as a duration.
    #[error("must be a duration such as \"500ms\", \"30s\", \"1m30s\", \"2h\" or \"7d\"")]
    Form,
    /// It is too long.
    #[error("must be at most 3650d")]
    TooLong,
}

/// Reads whole numbers with the units `d`, `h`, `m`, `s`, `ms`, each at most once and the larger first, into milliseconds.
pub(crate) fn parse_duration(text: &str) -> Result<i64, DurationError> {
    let mut rest = text;
    let mut units = UNITS.iter();
    let mut total_ms: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, behind) = rest.split_at(digits);
        let letters = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_lowercase()).len();
        let (unit, behind) = behind.split_at(letters);
        let (_, unit_ms) = units.find(|(name, _)| *name == unit).ok_or(DurationError::Form)?;
        if number.is_empty() {
            return Err(DurationError::Form);
        }
        let number: i64 = number.parse().map_err(|_| DurationError::TooLong)?;
        total_ms = number
            .checked_mul(*unit_ms)
            .and_then(|ms| total_ms.checked_add(ms))
            .filter(|ms| *ms <= DURATION_MS_MAX)
            .ok_or(DurationError::TooLong)?;
        rest = behind;
    }
    if text.is_empty() { Err(DurationError::Form) } else { Ok(total_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, ms) in [
            ("500ms", 500),
            ("0s", 0),
            ("30s", 30_000),
            ("1m30s", 90_000),
            ("1h1ms", 3_600_001),
            ("7d", 604_800_000),
        ] {
            assert_eq!(parse_duration(text), Ok(ms), "{text}");
        }
        for text in ["", "30", "s", "30 s", "-1s", "1.5h", "30s1m", "1s1s", "3分", "1S", "1m 30s", "ms"] {
            assert_eq!(parse_duration(text), Err(DurationError::Form), "{text}");
        }
        for text in ["3651d", "99999999999999999999s", "9223372036854775807d"] {
            assert_eq!(parse_duration(text), Err(DurationError::TooLong), "{text}");
        }
    }
}
