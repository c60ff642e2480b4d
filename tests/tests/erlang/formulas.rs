//! Erlang C and Erlang A, solved exactly.

/// What theory says of a queue.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Exact {
    /// The probability that nobody is free.
    pub(crate) p_wait: f64,
    /// The mean wait over everybody, those who do not wait and those who leave included.
    pub(crate) wait_ms: f64,
}

/// M/M/c: Erlang's second formula, from his first by B(k) = a B(k-1) / (k + a B(k-1)).
pub(crate) fn erlang_c(per_ms: f64, handle_ms: f64, agents: u32) -> Exact {
    let offered = per_ms * handle_ms;
    let load = offered / f64::from(agents);
    assert!(load < 1.0, "without patience the queue grows for ever");
    let blocked = (1..=agents).fold(1.0, |b, k| offered * b / (f64::from(k) + offered * b));
    let p_wait = blocked / (1.0 - load + load * blocked);
    Exact { p_wait, wait_ms: p_wait * handle_ms / (f64::from(agents) * (1.0 - load)) }
}

/// M/M/c+M: the stationary solution of its birth and death equations. The mean wait of everybody is, by Little's law,
/// the mean queue over the rate of arrivals.
pub(crate) fn erlang_a(per_ms: f64, handle_ms: f64, agents: u32, patience_ms: f64) -> Exact {
    let agents = f64::from(agents);
    let (mut weight, mut total, mut waiting, mut queue) = (1.0, 1.0, 0.0, 0.0);
    let mut present = 0.0;
    while present < agents || weight > total * 1e-18 {
        present += 1.0;
        let queued = f64::max(present - agents, 0.0);
        weight *= per_ms / (present.min(agents) / handle_ms + queued / patience_ms);
        total += weight;
        if present >= agents {
            waiting += weight;
            queue += weight * queued;
        }
    }
    Exact { p_wait: waiting / total, wait_ms: queue / total / per_ms }
}
