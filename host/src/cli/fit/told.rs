//! A fit in plain words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use pointsman_engine::simulation::fit::{
    BandPoint, DayKinds, FittedArrivals, FittedLength, FittedRecording, LeftOver, Unusual, WaitingBand,
};

use super::super::simulate::{percent, time};
use super::super::style::{BAD, DIM, GOOD, NAME, STRONG, paint};
use super::check::Check;

pub(super) fn fitted(file: &str, fitted: &FittedArrivals, targets: &BTreeMap<String, String>) -> String {
    let FittedArrivals { arrivals, days, first_date, last_date, interval_minutes, piece_minutes, .. } =
        fitted;
    let mut text = format!(
        "{}: {arrivals} conversations on {days} days, {first_date} to {last_date}, counted every {interval_minutes} min\n",
        paint(STRONG, file)
    );
    for (of, slug) in targets {
        let of = if of.is_empty() { "all counts" } else { of };
        let _ = writeln!(text, "  {of} → channel {}", paint(NAME, slug));
    }
    if !fitted.left_out.is_empty() {
        let _ = writeln!(
            text,
            "  left out, for less than half of the day was recorded: {}",
            fitted.left_out.join(", ")
        );
    }
    if fitted.filled > 0 {
        let _ = writeln!(
            text,
            "  {} intervals that other such days have are not in the file; they count as nobody",
            fitted.filled
        );
    }
    let kinds = match fitted.kinds {
        DayKinds::Alike => "every day alike",
        DayKinds::WeekdaysAndWeekend => "weekdays and the weekend apart",
        DayKinds::DaysOfWeek => "each day of the week by itself",
    };
    let _ = writeln!(text, "\n  rates                  {kinds}, one for every {piece_minutes} min");
    for kind in &fitted.profiles {
        let busiest = busiest(kind.channels.iter().map(|channel| channel.per_hour.as_slice()));
        let _ = writeln!(
            text,
            "    {:<20} {:>9.0} a day ({} days), most at {}",
            kind.weekdays, kind.arrivals_mean, kind.days, busiest
        );
    }
    match &fitted.dispersion {
        None => text.push_str(
            "  dispersion             too few days to say how far they vary: at least 7 are needed\n",
        ),
        Some(dispersion) => {
            let _ = writeln!(text, "  days vary by           {} around those rates", percent(dispersion.day));
            let _ = writeln!(
                text,
                "  stretches vary by      {} more, {} min each; from one to the next the correlation is {:.2}",
                percent(dispersion.stretch),
                dispersion.stretch_minutes,
                dispersion.stretch_correlation
            );
        }
    }
    text.push_str(&left_over(&fitted.left_over));
    text
}

/// Intents that are told.
const INTENTS_TOLD_MAX: usize = 12;

/// What a recording shows beside arrivals. `like`: the scenario whose intents are kept.
pub(super) fn recorded(recorded: &FittedRecording, like: Option<&str>) -> String {
    let mut text = format!("\n{}\n", paint(STRONG, "Beside arrivals"));
    let lengths = [
        ("handle time", &recorded.handle, "conversations that agents had"),
        ("patience", &recorded.patience, "waits, of which the others ended before patience did"),
        ("first reply", &recorded.reply, "conversations that agents had"),
    ];
    for (name, fitted, of) in lengths {
        let _ = writeln!(text, "  {name:<22} {}", length(fitted.as_ref(), of));
    }
    if let Some(bot) = &recorded.bot {
        let stay = length(Some(&bot.length), "conversations with the bot");
        let _ = writeln!(text, "  with the bot           {} end there; {stay}", percent(bot.contained));
    }
    let _ = writeln!(text, "  returning customers    {}", percent(recorded.returning));
    if let Some(like) = like {
        let _ = writeln!(
            text,
            "  intents are those of {}, with handle times scaled to the recording's; replies, bot and returning customers too",
            paint(NAME, like)
        );
        return text;
    }
    let _ = writeln!(text, "\n{}: by group, entry and language", paint(STRONG, "Intents"));
    for intent in recorded.intents.iter().take(INTENTS_TOLD_MAX) {
        let _ = writeln!(
            text,
            "  {:>7}  {:<32} {:>4} phrases  {}",
            percent(intent.share),
            paint(NAME, &intent.name),
            intent.phrases.len(),
            length(intent.handle.as_ref(), "with agents")
        );
    }
    if let Some(more) = recorded.intents.len().checked_sub(INTENTS_TOLD_MAX).filter(|more| *more > 0) {
        let _ = writeln!(text, "  and {more} more");
    }
    if recorded.masked {
        text.push_str("  the recording is masked: of the words those are left that rules look for\n");
    }
    text.push_str(
        "  not in the scenario: attributes of customers, what was said later; shifts and breaks are the tenant's own\n",
    );
    text
}

fn length(fitted: Option<&FittedLength>, of: &str) -> String {
    let Some(fitted) = fitted else { return "too few to say".to_owned() };
    let mean_ms = fitted.length().mean_ms.round() as u64;
    let shape = if fitted.is_lognormal { "log-normal" } else { "exponential" };
    format!("{} in the mean, {shape} ({} ended of {} {of})", time(mean_ms), fitted.ended, fitted.spells)
}

/// What the text of a scenario without a model is made of.
pub(super) fn assumed(handle_s: u32) -> String {
    format!(
        "\n  Assumed, since no scenario is named with --like: one intent, {} of handle time in the mean, nobody leaves.\n",
        time(u64::from(handle_s) * 1_000)
    )
}

fn busiest<'r>(channels: impl Iterator<Item = &'r [f64]>) -> String {
    let mut sum: Vec<f64> = Vec::new();
    for rates in channels {
        sum.resize(rates.len(), 0.0);
        sum.iter_mut().zip(rates).for_each(|(sum, rate)| *sum += rate);
    }
    let most = sum.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    most.map_or_else(String::new, |(at, rate)| {
        let minute = at * 24 * 60 / sum.len().max(1);
        format!("{:02}:{:02} with {rate:.0} an hour", minute / 60, minute % 60)
    })
}

fn left_over(left: &LeftOver) -> String {
    let mut text = "\n  Variance ÷ mean of the counts (1 is what chance alone does)\n".to_owned();
    let rows = [
        ("around one rate for all", Some(left.flat)),
        ("around the rates above", Some(left.profile)),
        ("and each day's own factor", Some(left.day)),
        ("and each stretch's own factor", left.stretch),
    ];
    for (name, index) in rows.into_iter().filter_map(|(name, index)| Some((name, index?))) {
        let _ = writeln!(text, "    {name:<30} {index:>9.2}");
    }
    let mut hours: Vec<_> = left.hours.iter().collect();
    hours.sort_by(|a, b| b.variation.total_cmp(&a.variation));
    let widest: Vec<String> = hours
        .iter()
        .take(3)
        .map(|hour| format!("{:02}:00 by {}", hour.hour, percent(hour.variation)))
        .collect();
    if !widest.is_empty() {
        let _ = writeln!(text, "  hours that vary most within a day: {}", widest.join(", "));
    }
    if let Some(correlation) = left.neighbouring_days
        && correlation.abs() >= 0.2
    {
        let _ = writeln!(
            text,
            "  not in the scenario: a day is like the day before (correlation {correlation:.2}); there, days are drawn one by one"
        );
    }
    if !left.unusual.is_empty() {
        text.push_str("  far from what was fitted:\n");
        left.unusual.iter().for_each(|unusual| text.push_str(&unusual_line(unusual)));
    }
    text
}

fn unusual_line(Unusual { date, hour, arrivals, expected, deviations }: &Unusual) -> String {
    let when = hour.map_or_else(|| format!("{date}      "), |hour| format!("{date} {hour:02}:00"));
    format!("    {when}  {arrivals} came, {expected:.0} expected ({deviations:+.1} deviations)\n")
}

pub(super) fn check(check: &Check) -> String {
    let trial = &check.trial;
    let mut text = format!(
        "\n{} on {} days: mean wait, in brackets where all but the lowest and the highest tenth of the days lie\n  {}\n\n",
        paint(STRONG, "Waiting"),
        check.days.len(),
        paint(
            DIM,
            "“recorded” is simulated too: the file has counts and no waits, so each day's exact counts ran through this tenant"
        )
    );
    let _ = writeln!(
        text,
        "  {:<9} {:>9} {:^26} {:^26} {:^26}   {:^24}",
        "hour", "a day", "recorded", "fitted", "without dispersion", "answered in 20 s"
    );
    for band in &trial.recorded {
        let of = |bands: &[WaitingBand]| bands.iter().find(|other| other.hour == band.hour).copied();
        let (fitted, poisson) = (of(&trial.fitted), of(&trial.poisson));
        let wait = |band: Option<WaitingBand>| {
            band.map_or_else(|| "–".to_owned(), |band| spread(&band.wait_ms_mean))
        };
        let in_time = |band: Option<WaitingBand>| {
            band.map_or_else(|| "–".to_owned(), |band| percent(band.in_time.mean))
        };
        let hour = if band.hour == 24 { "all day".to_owned() } else { format!("{:02}:00", band.hour) };
        let _ = writeln!(
            text,
            "  {hour:<9} {:>9.0} {:>26} {:>26} {:>26}   {:>7} {:>7} {:>7}",
            band.conversations,
            wait(Some(*band)),
            wait(fitted),
            wait(poisson),
            in_time(Some(*band)),
            in_time(fitted),
            in_time(poisson)
        );
    }
    let (fitted, poisson) = (&trial.fitted_misses, &trial.poisson_misses);
    let _ = writeln!(text, "\n  How far from the recorded days, over the hours of the day:");
    let _ = writeln!(text, "    {:<34} {:>12} {:>20}", "", "fitted", "without dispersion");
    let times = [
        ("mean wait", fitted.wait_ms_mean, poisson.wait_ms_mean),
        ("what nine in ten wait at most", fitted.wait_ms_p90, poisson.wait_ms_p90),
        ("ends of the band of the mean wait", fitted.band_ms, poisson.band_ms),
    ];
    for (name, fitted, poisson) in times {
        let _ = writeln!(
            text,
            "    {name:<34} {:>12} {:>20}   {}",
            seconds(fitted),
            seconds(poisson),
            verdict(fitted, poisson)
        );
    }
    let shares = [
        ("answered in 20 s", fitted.in_time, poisson.in_time),
        ("ends of its band", fitted.band_in_time, poisson.band_in_time),
    ];
    for (name, fitted, poisson) in shares {
        let points = |share: f64| format!("{:.1} points", share * 100.0);
        let _ = writeln!(
            text,
            "    {name:<34} {:>12} {:>20}   {}",
            points(fitted),
            points(poisson),
            verdict(fitted, poisson)
        );
    }
    text
}

fn spread(point: &BandPoint) -> String {
    format!("{} ({} – {})", seconds(point.mean), seconds(point.low), seconds(point.high))
}

fn seconds(ms: f64) -> String {
    if ms < 100_000.0 { format!("{:.1} s", ms / 1_000.0) } else { time(ms as u64) }
}

/// What dispersion does for a figure.
fn verdict(fitted: f64, poisson: f64) -> String {
    if poisson <= 0.0 {
        return String::new();
    }
    let explained = 1.0 - fitted / poisson;
    if explained >= 0.0 {
        paint(GOOD, format!("dispersion explains {:.0} % of the gap", explained * 100.0))
    } else {
        paint(BAD, format!("{:.0} % farther than without", -explained * 100.0))
    }
}
