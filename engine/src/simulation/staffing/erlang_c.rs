//! The classical estimate.

use super::STAFF_MAX;

/// How many servers M/M/c needs so that at least `share` wait at most `within_ms`: Erlang's C formula,
/// P(W ≤ t) = 1 − C(c, a) · exp(−(c − a) · t ÷ h), where a is the offered load and h the mean handle time. `None`: more than
/// can be tried.
#[must_use]
pub fn erlang_c_servers(
    arrivals_per_hour: f64,
    handle_ms_mean: f64,
    share: f64,
    within_ms: f64,
    servers_max: u32,
) -> Option<u32> {
    let offered = arrivals_per_hour * handle_ms_mean / 3_600_000.0;
    if offered <= 0.0 {
        return Some(0);
    }
    // Erlang's B formula, step by step: the share that c servers would refuse.
    let mut refused = 1.0;
    for servers in 1..=servers_max.min(STAFF_MAX.saturating_mul(100)) {
        let carried = offered * refused;
        refused = carried / (f64::from(servers) + carried);
        let spare = f64::from(servers) - offered;
        if spare <= 0.0 {
            continue;
        }
        let waits = refused / (1.0 - offered / f64::from(servers) * (1.0 - refused));
        if 1.0 - waits * libm::exp(-spare * within_ms / handle_ms_mean) >= share {
            return Some(servers);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_that_of_the_textbook() {
        // 100 calls in half an hour of 3 minutes each, 80 % within 20 s: 14 agents, by every Erlang calculator.
        assert_eq!(erlang_c_servers(200.0, 180_000.0, 0.8, 20_000.0, 100), Some(14));
        assert_eq!(erlang_c_servers(0.0, 180_000.0, 0.8, 20_000.0, 100), Some(0));
        assert_eq!(erlang_c_servers(200.0, 180_000.0, 0.8, 20_000.0, 10), None);
    }
}
