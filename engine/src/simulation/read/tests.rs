use super::super::random::Shape;
use super::*;
use crate::model::Channel;
use crate::simulation::RecordedInterval;
use crate::simulation::erlang::Erlang;

fn directory() -> Directory {
    let erlang =
        Erlang { arrivals_per_hour: 1.0, handle_ms_mean: 60_000.0, agents: 2, patience_ms_mean: None };
    let mut directory = erlang.directory();
    let app = Channel { id: ChannelId(1), slug: "app".to_owned(), ..directory.channels[0].clone() };
    let phone = Channel { id: ChannelId(2), slug: "phone".to_owned(), ..app.clone() };
    directory.channels.extend([app, phone]);
    directory.entries.insert("售后".to_owned(), GroupId(0));
    directory
}

const SOUND: &str = r#"
name = "大促高峰"
start = "2026-11-11T00:00:00"
length = "24h"
warm_up = "1h"
rate = { app = 60 }
rate_shape = { line = [0,0,0,0,0,0,0,0,90,90,90,90,90,90,90,90,90,90,90,90,90,0,0,0] }
surge = [{ from = "20:00", to = "21:00", channel = "line", factor = 4.0 }]
vip = [0.9, 0.07, 0.03]
returning = 0.3
patience = { mean = "3m", distribution = "lognormal", sigma = 0.8 }
reply = { mean = "15s" }
bot = { mean = "1m", contained = 0.5 }
form = "45s"
[[intent]]
name = "refund"
share = 0.4
group = "everyone"
handle = { mean = "6m", distribution = "lognormal", sigma = 0.6 }
phrases = ["我要退款", "退货"]
entry = "售后"
language = "ZH"
attributes = { plan = "pro" }
follow_up = { share = 0.2, after = { mean = "40s" }, phrases = ["投诉"] }
[[intent]]
name = "other"
share = 0.6
handle = "2m"
[handle_factor]
agent = { agent-001 = 0.5 }
[dispersion]
day = 0.1
stretch = 0.05
stretch_length = "1h"
[[recorded]]
channel = "phone"
from = "2026-11-11T06:00"
every = "15m"
counts = [3, 0]
[agents]
breaks = [{ at = "12:00", length = "30m", share = 0.5 }, { at = "12:30", length = "30m", share = 0.5 }]
[[incident]]
at = "14:00"
length = "30m"
kind = "agents-drop"
group = "everyone"
share = 0.5
[[incident]]
at = "2026-11-11T15:00"
length = "30m"
kind = "channel-out"
channel = "app"
"#;

#[test]
fn a_scenario_is_read_into_instants() {
    let (scenario, findings) = read_scenario("promo-peak", SOUND, &directory());
    assert_eq!(findings, []);
    let scenario = scenario.unwrap();
    let hour = |at: Timestamp| at.since_ms(scenario.start) as f64 / HOUR_MS as f64;
    assert_eq!(scenario.name, "大促高峰");
    let rates = |at: usize| {
        let rates = scenario.arrivals[at].rates.iter();
        rates.map(|rate| (rate.from_ms as f64 / HOUR_MS as f64, rate.per_hour)).collect::<Vec<_>>()
    };
    assert_eq!(rates(0), [(0.0, 0.0), (8.0, 90.0), (20.0, 360.0), (21.0, 0.0)]);
    assert_eq!(rates(1), [(0.0, 60.0), (15.0, 0.0), (15.5, 60.0)]);
    let dispersion = scenario.dispersion.as_ref().unwrap();
    assert_eq!((dispersion.day, dispersion.stretch, dispersion.stretch_ms), (0.1, 0.05, HOUR_MS));
    assert_eq!((dispersion.days.len(), &*dispersion.days[0].date), (1, "2026-11-11"));
    let interval =
        |from_ms, count| RecordedInterval { from_ms: from_ms * HOUR_MS / 4, length_ms: HOUR_MS / 4, count };
    assert_eq!(scenario.recorded[0].intervals, [interval(24, 3), interval(25, 0)]);
    let breaks: Vec<_> = scenario.breaks.iter().map(|pause| (hour(pause.at), pause.from_share)).collect();
    assert_eq!(breaks, [(12.0, 0.0), (12.5, 0.5)]);
    assert_eq!((hour(scenario.drops[0].at), scenario.drops[0].share), (14.0, 0.5));
    assert_eq!(scenario.intents[0].language.as_deref(), Some("zh"));
    assert_eq!(scenario.intents[1].handle, Length { mean_ms: 120_000.0, shape: Shape::Constant });
    assert_eq!(scenario.patience.unwrap().shape, Shape::Lognormal { sigma: 0.8 });
    assert_eq!(scenario.handle_factors.agents, [(AgentId(0), 0.5)]);
}

#[test]
fn days_of_the_week_have_shapes_of_their_own() {
    let shapes = |days: &str| {
        let ones = ["1"; 24].join(",");
        let text = format!(
            "start = \"2026-11-13T00:00:00\"\nlength = \"3d\"\n[[intent]]\nname = \"a\"\nshare = 1\nhandle = \"1m\"\n\
             [rate_shape.app]\nmon-fri = [{ones}]\n{days} = [{}]\n",
            ["2"; 48].join(",")
        );
        read_scenario("week", &text, &directory())
    };
    let (scenario, findings) = shapes("sun");
    assert_eq!(findings, []);
    let rates = scenario.unwrap().arrivals[0].rates.clone();
    let rates: Vec<_> = rates.iter().map(|rate| (rate.from_ms / HOUR_MS, rate.per_hour)).collect();
    assert_eq!(rates, [(0, 1.0), (24, 0.0), (48, 2.0)], "nobody comes on a day without a shape");
    for (days, message) in [("funday", "unknown day `funday`"), ("fri-sat", "has rates already")] {
        let (_, findings) = shapes(days);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert!(findings[0].to_string().contains(message), "{}", findings[0]);
    }
}

#[test]
fn every_mistake_is_found_at_its_place() {
    let planted = [
        ("length = \"24h\"", "length = \"500d\"", "R103", "must be at most 366d"),
        ("warm_up = \"1h\"", "warm_up = \"24h\"", "R103", "must be shorter than `length`"),
        ("rate = { app = 60 }", "rate = { ap = 60 }", "R205", "unknown channel `ap`"),
        ("0,0,0,0,0,0,0,0,90", "0,0,0,0,0,0,0,90", "R103", "must have 24 numbers"),
        ("[dispersion]\nday = 0.1", "[dispersion]\nday = 1.5", "R103", "`day` must be a number from 0 to 1"),
        ("stretch = 0.05", "", "R103", "`stretch_length` belongs to `stretch`"),
        ("stretch_length = \"1h\"", "stretch_length = \"2d\"", "R103", "must be from 1m to 24h"),
        ("from = \"2026-11-11T06:00\"", "from = \"2026-11-11T23:50\"", "R601", "lie outside the scenario"),
        ("channel = \"phone\"", "channel = \"app\"", "R201", "both a rate and `[[recorded]]`"),
        ("from = \"20:00\"", "from = \"20\"", "R103", "must be a time of day"),
        ("vip = [0.9, 0.07", "vip = [0.9, 0.7", "R601", "add up to 1.630, not to 1"),
        ("sigma = 0.8", "sigma = 8", "R103", "must be a number from 0.01 to 3"),
        ("share = 0.4", "share = 0.3", "R601", "the intents' shares add up to 0.900, not to 1"),
        ("group = \"everyone\"\nhandle", "group = \"everyon\"\nhandle", "R202", "unknown group `everyon`"),
        ("name = \"other\"", "name = \"refund\"", "R201", "the intent `refund` is there twice"),
        ("agent-001", "agent-009", "R203", "unknown agent `agent-009`"),
        ("kind = \"agents-drop\"", "kind = \"drop\"", "R103", "`kind` must be one of"),
        ("returning = 0.3", "returnin = 0.3", "R102", "unknown field `returnin`"),
        ("returning = 0.3", "returning = nan", "R103", "must be a number from 0 to 1"),
        ("start = \"2026-11-11T00:00:00\"", "start = \"soon\"", "R103", "must be a date and time"),
        ("start = \"2026-11-11T00:00:00\"\n", "", "R104", "`start` is missing"),
        ("entry = \"售后\"", "entry = \"售前\"", "R208", "unknown entry `售前`"),
    ];
    for (sound, broken, code, message) in planted {
        assert_eq!(SOUND.matches(sound).count(), 1, "{sound}");
        let (scenario, findings) = read_scenario("promo-peak", &SOUND.replace(sound, broken), &directory());
        let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(findings.len(), 1, "{broken}: {told:#?}");
        assert!(told[0].contains(code) && told[0].contains(message), "{broken}: {told:#?}");
        assert!(findings[0].span.is_some());
        assert_eq!(scenario.is_some(), code == "R208", "a warning does not stop it");
    }
    let (_, findings) = read_scenario("bad", "= 3", &directory());
    assert_eq!(findings[0].code, Code::TomlSyntax);
    let (_, findings) = read_scenario("empty", "", &directory());
    let missing = findings.iter().filter(|finding| finding.code == Code::MissingField).count();
    assert_eq!(missing, 4, "{findings:#?}");
}
