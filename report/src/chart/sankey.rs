//! Flows from level to level, as wide as they are large.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::{WIDTH, at, figure};

/// A stage and a name in it.
type Place<'a> = (usize, &'a str);
/// How many go from one node to another.
type Flows<'a> = BTreeMap<(Place<'a>, Place<'a>), f64>;

/// Levels of the picture.
const LEVELS: usize = 4;
/// Nodes of a level that have a place of their own; the others share one.
const NODES_MAX: usize = 14;
const NODE_WIDTH: f64 = 9.0;
const GAP: f64 = 9.0;
/// Room for the labels of the last level.
const RIGHT: f64 = 150.0;
const HEIGHT_MIN: f64 = 240.0;
/// Height for each node of the fullest level.
const ROW: f64 = 30.0;
/// A node at least this high has a label.
const LABEL_MIN: f64 = 3.0;

/// Conversations that go the same way: a name for each level that they pass.
pub(crate) struct Path {
    pub(crate) steps: [Option<String>; LEVELS],
    pub(crate) value: f64,
}

/// A node: its level and its place within it, from the top.
type NodeId = (usize, usize);

struct Node {
    name: String,
    value: f64,
    top: f64,
    height: f64,
}

struct Picture {
    levels: Vec<Vec<Node>>,
    links: BTreeMap<(NodeId, NodeId), f64>,
    scale: f64,
    height: f64,
}

/// The picture of these paths. `others`: the name of what is put together.
pub(crate) fn sankey(id: &str, title: &str, description: &str, paths: &[Path], others: &str) -> Markup {
    let picture = Picture::new(paths, others);
    let x = |level: usize| level as f64 / (LEVELS - 1) as f64 * (WIDTH - RIGHT - NODE_WIDTH);
    let drawing = html! {
        @for (from, ribbon, told) in picture.ribbons(x) {
            path class=(format!("flow-{}", from.0)) d=(ribbon) { title { (told) } }
        }
        @for (level, nodes) in picture.levels.iter().enumerate() {
            @for node in nodes {
                rect class=(format!("node-{level}")) x=(at(x(level))) y=(at(node.top)) width=(NODE_WIDTH)
                    height=(at(node.height.max(1.0))) { title { (node.name) ": " (format!("{:.0}", node.value)) } }
                @if node.height >= LABEL_MIN {
                    text.value x=(at(x(level) + NODE_WIDTH + 5.0)) y=(at(node.top + node.height / 2.0 + 4.0)) {
                        (node.name)
                    }
                }
            }
        }
    };
    figure(id, title, description, &html! {}, picture.height, &drawing)
}

impl Picture {
    fn new(paths: &[Path], others: &str) -> Picture {
        let told: Vec<BTreeSet<&str>> = (0..LEVELS).map(|level| most_used(paths, level)).collect();
        // Which nodes there are, by name, and what flows between them.
        let mut values: Vec<BTreeMap<&str, f64>> = vec![BTreeMap::new(); LEVELS];
        let mut flows: Flows<'_> = BTreeMap::new();
        for path in paths {
            let mut before: Option<(usize, &str)> = None;
            for (level, step) in path.steps.iter().enumerate() {
                let Some(name) = step.as_deref() else { continue };
                let known = told.get(level).is_some_and(|told| told.contains(name));
                let here = (level, if known { name } else { others });
                if let Some(values) = values.get_mut(level) {
                    *values.entry(here.1).or_default() += path.value;
                }
                if let Some(before) = before {
                    *flows.entry((before, here)).or_default() += path.value;
                }
                before = Some(here);
            }
        }
        let fullest = values.iter().map(BTreeMap::len).max().unwrap_or_default();
        let height = (fullest as f64 * ROW).max(HEIGHT_MIN);
        let scales = values.iter().filter_map(|level| {
            let total: f64 = level.values().sum();
            let room = height - GAP * level.len().saturating_sub(1) as f64;
            (total > 0.0).then(|| room / total)
        });
        let scale = scales.fold(f64::INFINITY, f64::min);
        let scale = if scale.is_finite() { scale } else { 0.0 };
        let mut picture = Picture { levels: Vec::new(), links: BTreeMap::new(), scale, height };
        for (level, values) in values.iter().enumerate() {
            picture.place(level, values, &flows);
        }
        for ((from, to), value) in flows {
            if let (Some(from), Some(to)) = (picture.find(from), picture.find(to)) {
                picture.links.insert((from, to), value);
            }
        }
        picture
    }

    /// Puts the nodes of a level under each other: each as near as may be to where its flows come from, the largest first
    /// where none come.
    fn place(&mut self, level: usize, values: &BTreeMap<&str, f64>, flows: &Flows<'_>) {
        let comes_from = |name: &str, value: f64| {
            let incoming = flows.iter().filter(|((_, to), _)| *to == (level, name));
            let weighted: f64 = incoming
                .filter_map(|((from, _), flow)| {
                    let id = self.find(*from)?;
                    let node = self.levels.get(id.0)?.get(id.1)?;
                    Some(flow * (node.top + node.height / 2.0))
                })
                .sum();
            if level == 0 { -value } else { weighted / value.max(f64::MIN_POSITIVE) }
        };
        let mut nodes: Vec<(f64, &str, f64)> =
            values.iter().map(|(name, value)| (comes_from(name, *value), *name, *value)).collect();
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
        let mut top = 0.0;
        let placed = nodes.into_iter().map(|(_, name, value)| {
            let node = Node { name: name.to_owned(), value, top, height: value * self.scale };
            top += node.height + GAP;
            node
        });
        let placed = placed.collect();
        self.levels.push(placed);
    }

    fn find(&self, (level, name): (usize, &str)) -> Option<NodeId> {
        let nodes = self.levels.get(level)?;
        Some((level, nodes.iter().position(|node| node.name == name)?))
    }

    /// The links as shapes: where from, the outline, and what it is in words. At a node they lie in the order of where they
    /// lead, so that few cross.
    fn ribbons(&self, x: impl Fn(usize) -> f64) -> Vec<(NodeId, String, String)> {
        let mut out: BTreeMap<NodeId, f64> = BTreeMap::new();
        let mut into: BTreeMap<NodeId, f64> = BTreeMap::new();
        let node = |id: NodeId| self.levels.get(id.0).and_then(|nodes| nodes.get(id.1));
        let mut ribbons = Vec::new();
        for ((from, to), value) in &self.links {
            let (Some(source), Some(target)) = (node(*from), node(*to)) else { continue };
            let wide = value * self.scale;
            let (done, had) = (out.entry(*from).or_default(), into.entry(*to).or_default());
            let (y0, y1) = (source.top + *done, target.top + *had);
            *done += wide;
            *had += wide;
            let (x0, x1) = (x(from.0) + NODE_WIDTH, x(to.0));
            let middle = at((x0 + x1) / 2.0);
            let ribbon = format!(
                "M{} {}C{middle} {} {middle} {} {} {}V{}C{middle} {} {middle} {} {} {}Z",
                at(x0),
                at(y0),
                at(y0),
                at(y1),
                at(x1),
                at(y1),
                at(y1 + wide),
                at(y1 + wide),
                at(y0 + wide),
                at(x0),
                at(y0 + wide)
            );
            let told = format!("{} → {}: {value:.0}", source.name, target.name);
            ribbons.push((*from, ribbon, told));
        }
        ribbons
    }
}

/// The names of a level that most go by.
fn most_used(paths: &[Path], level: usize) -> BTreeSet<&str> {
    let mut values: BTreeMap<&str, f64> = BTreeMap::new();
    for path in paths {
        if let Some(name) = path.steps.get(level).and_then(Option::as_deref) {
            *values.entry(name).or_default() += path.value;
        }
    }
    let mut values: Vec<(&str, f64)> = values.into_iter().collect();
    values.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    values.into_iter().take(NODES_MAX).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: [&str; LEVELS], value: f64) -> Path {
        Path { steps: steps.map(|step| (!step.is_empty()).then(|| step.to_owned())), value }
    }

    #[test]
    fn every_conversation_is_kept_from_the_first_level_to_the_last() {
        let rules: Vec<String> = (0..20).map(|rule| format!("rule {rule}")).collect();
        let paths: Vec<Path> = rules
            .iter()
            .enumerate()
            .map(|(at, rule)| {
                path(["web", rule, if at == 0 { "" } else { "group" }, "served"], 20.0 - at as f64)
            })
            .collect();
        let picture = Picture::new(&paths, "others");
        let total = |level: usize| picture.levels[level].iter().map(|node| node.value).sum::<f64>();
        assert_eq!([total(0), total(1), total(2), total(3)], [210.0, 210.0, 190.0, 210.0]);
        assert_eq!(picture.levels[1].len(), NODES_MAX + 1, "small rules share a node");
        let into_last: f64 =
            picture.links.iter().filter(|((_, to), _)| to.0 == 3).map(|(_, value)| value).sum();
        assert!((into_last - 210.0).abs() < 1e-9);
        for nodes in &picture.levels {
            let last = nodes.last().expect("a node");
            assert!(last.top + last.height <= picture.height + 1e-6, "nothing is drawn outside");
        }
    }

    #[test]
    fn nothing_that_flows_is_an_empty_picture() {
        let picture = Picture::new(&[], "others");
        assert!(picture.levels.iter().all(Vec::is_empty) && picture.scale == 0.0);
    }
}
