//! Time zones by name, out of the bundled database.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::error::{HoursError, quoted};

/// Cities that people write and the database does not have. The nearest spelling would lead astray (`Asia/Beijing` to
/// `Asia/Beirut`).
const NOT_IN_DATABASE: [(&str, &str); 4] = [
    ("beijing", "Asia/Shanghai"),
    ("guangzhou", "Asia/Shanghai"),
    ("shenzhen", "Asia/Shanghai"),
    ("china", "Asia/Shanghai"),
];

/// Reads the name of a time zone and gives it in the database's spelling.
///
/// # Errors
/// The bundled database has no such zone; carries the one probably meant.
pub fn parse_zone(text: &str) -> Result<String, HoursError> {
    let zone = find_zone(text)?;
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}

/// The zone of that name, letter case aside.
pub(super) fn find_zone(text: &str) -> Result<TimeZone, HoursError> {
    let name = text.trim();
    match TimeZoneDatabase::bundled().get(name) {
        Ok(zone) if !zone.is_unknown() => Ok(zone),
        _ => Err(HoursError::UnknownZone { text: quoted(name), did_you_mean: nearest(name) }),
    }
}

/// The known name most like `name`, compared as a whole and by its city; `None` when none is alike.
fn nearest(name: &str) -> Option<String> {
    const ALIKE_MIN: f64 = 0.75;
    const CHARS_MAX: usize = 64;
    if name.chars().count() > CHARS_MAX {
        return None;
    }
    let name = name.to_lowercase().replace(' ', "_");
    let city = city_of(&name);
    if let Some((_, zone)) = NOT_IN_DATABASE.iter().find(|(other, _)| *other == city) {
        return Some((*zone).to_owned());
    }
    let mut best: Option<(f64, String)> = None;
    for known in TimeZoneDatabase::bundled().available() {
        let known = known.as_str();
        let lower = known.to_lowercase();
        let mut alike = strsim::normalized_damerau_levenshtein(&name, &lower);
        // A city says more than its region: `Shanghai`, `America/London`.
        if city.chars().count() >= 4 {
            alike = alike.max(strsim::normalized_damerau_levenshtein(city, city_of(&lower)) - 0.02);
        }
        if alike >= ALIKE_MIN && best.as_ref().is_none_or(|(most, _)| alike > *most) {
            best = Some((alike, known.to_owned()));
        }
    }
    best.map(|(_, zone)| zone)
}

fn city_of(zone: &str) -> &str {
    zone.rsplit('/').next().unwrap_or(zone)
}
