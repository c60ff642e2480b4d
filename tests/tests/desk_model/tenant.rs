//! Random small tenants, and random things that happen to them.

use pointsman_engine::desk::{AgentChange, CanaryGuards, CloseReason, CommandBody, Identity, Open};
use pointsman_engine::diagnostic::Span;
use pointsman_engine::id::{AgentId, ChannelId, GroupId, SkillId};
use pointsman_engine::model::{
    Agent, Channel, Directory, Fallback, FallbackStep, Group, Membership, Presence, Relax, Role, Settings,
    Skill, SkillLevel, Stick, Strategy as Choice, WideningStep,
};
use pointsman_engine::rules::{Effect, Guard, Hook, NoModules, Revision, RuleBody, RuleSource, Ruleset};
use pointsman_engine::tenant::TenantSource;
use proptest::prelude::*;

use super::model::Model;

pub(crate) const SKILLS: u16 = 3;
pub(crate) const CHANNELS: u16 = 2;
pub(crate) const ENTRIES: usize = 6;

/// What the rule of one entry asks for.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) group: usize,
    pub(crate) agent: Option<usize>,
    pub(crate) prefer: Option<usize>,
    pub(crate) priority: u8,
    pub(crate) tier: Option<u8>,
    pub(crate) skills: Vec<(u16, u8)>,
}

/// A tenant and a second revision of it.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) directories: [Directory; 2],
    pub(crate) wishes: Vec<Wish>,
}

/// Something that happens. Numbers choose among what there is at that moment.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Publish(usize),
    Open { entry: usize, channel: u16, customer: Option<u8> },
    Close(usize),
    Return(usize),
    Take { conversation: usize, agent: usize },
    Presence(usize, Presence),
    Accepting(usize, bool),
    Change(usize, AgentChange),
    Canary { share_percent: u8, waiting: u32, longest_wait_s: i64 },
    EndCanary,
    Tick,
}

fn pick<T>(all: &[T], at: usize) -> Option<&T> {
    if all.is_empty() { None } else { all.get(at % all.len()) }
}

impl Action {
    pub(crate) fn command(&self, tenant: &Tenant, model: &Model) -> Option<CommandBody> {
        let agents = tenant.directories[0].agents.len();
        let agent = |at: &usize| AgentId((at % agents) as u32);
        Some(match self {
            Action::Publish(_) => CommandBody::Publish,
            Action::Open { entry, channel, customer } => CommandBody::Open(Open {
                channel: Some(ChannelId(channel % CHANNELS)),
                entry: Some(format!("e{}", entry % ENTRIES)),
                identity: Identity { login: customer.map(|c| format!("c{c}")), ..Identity::default() },
                ..Open::default()
            }),
            Action::Close(at) => CommandBody::Close {
                conversation: *pick(&model.all(), *at)?,
                reason: CloseReason::Resolved,
                satisfaction: None,
            },
            Action::Return(at) => CommandBody::Return { conversation: *pick(&model.all(), *at)? },
            Action::Take { conversation, agent: at } => {
                CommandBody::Take { conversation: *pick(&model.all(), *conversation)?, agent: agent(at) }
            }
            Action::Presence(at, presence) => {
                CommandBody::SetPresence { agent: agent(at), presence: *presence }
            }
            Action::Accepting(at, accepting) => {
                CommandBody::SetAccepting { agent: agent(at), accepting: *accepting }
            }
            Action::Change(at, change) => {
                CommandBody::ChangeAgent { agent: agent(at), change: change.clone() }
            }
            Action::Canary { share_percent, waiting, longest_wait_s } => CommandBody::StartCanary {
                share_percent: *share_percent,
                guards: CanaryGuards {
                    waiting: Some(*waiting),
                    longest_wait_ms: Some(longest_wait_s * 1_000),
                    ..CanaryGuards::default()
                },
            },
            Action::EndCanary => CommandBody::EndCanary,
            Action::Tick => CommandBody::Tick,
        })
    }
}

impl Tenant {
    /// One rule an entry, the same in both revisions.
    pub(crate) fn rulesets(&self) -> Vec<Ruleset> {
        self.compiled(0)
    }

    /// A candidate beside each revision: every entry has another's rule.
    pub(crate) fn candidates(&self) -> Vec<Ruleset> {
        self.compiled(1).into_iter().map(Ruleset::as_candidate).collect()
    }

    fn compiled(&self, shift: usize) -> Vec<Ruleset> {
        let span = Span::of("", 0..0);
        let rule = |(at, wish): (usize, &Wish)| {
            let skill = |(skill, level): &(u16, u8)| {
                Effect::RequireSkill(SkillLevel { skill: SkillId(*skill), level: *level })
            };
            let effects = std::iter::once(Effect::ToGroup(GroupId(wish.group as u16)))
                .chain(wish.agent.map(|agent| Effect::ToAgent(AgentId(agent as u32))))
                .chain(wish.prefer.map(|agent| Effect::PreferAgent(AgentId(agent as u32))))
                .chain([Effect::Priority(wish.priority)])
                .chain(wish.tier.map(Effect::Tier))
                .chain(wish.skills.iter().map(skill));
            RuleSource {
                order: at as u32,
                slug: format!("{at}-entry"),
                name: format!("entry {at}"),
                file: format!("rules/{at}-entry.toml"),
                hooks: vec![Hook::Route],
                wait_after_ms: Vec::new(),
                when: Guard { entries: vec![format!("e{at}")], ..Guard::default() },
                body: RuleBody::Effects(effects.map(|effect| (effect, span)).collect()),
            }
        };
        let wishes = self.wishes.iter().cycle().skip(shift).take(self.wishes.len());
        let rules: Vec<_> = wishes.enumerate().map(rule).collect();
        let compile = |(at, directory): (usize, &Directory)| {
            let source = TenantSource {
                directory: directory.clone(),
                rules: rules.clone(),
                tests: Vec::new(),
                scenarios: Default::default(),
            };
            let (ruleset, diagnostics) =
                Ruleset::from_source(&source, Revision([(10 * shift + at) as u8; 32]), &NoModules);
            ruleset.unwrap_or_else(|| panic!("{diagnostics:?}"))
        };
        self.directories.iter().enumerate().map(compile).collect()
    }
}

fn strategy() -> impl Strategy<Value = Choice> {
    prop::sample::select(vec![
        Choice::RoundRobin,
        Choice::LeastLoaded,
        Choice::LongestIdle,
        Choice::WeightedRoundRobin,
        Choice::Priority,
        Choice::BestSkill,
        Choice::LoadIndex,
        Choice::Rank,
    ])
}

fn group(id: usize, groups: usize) -> impl Strategy<Value = Group> {
    let relax = prop_oneof![
        Just(Relax::DropLastSkill),
        Just(Relax::DropSkills),
        (1u8..4).prop_map(Relax::OpenTier),
        (0..groups).prop_map(|group| Relax::Overflow(GroupId(group as u16))),
    ];
    let steps = prop::collection::vec((1i64..90, relax), 0..3);
    (
        strategy(),
        prop::option::weighted(0.2, 1u32..5),
        prop::option::weighted(0.2, 1u32..4),
        prop::option::weighted(0.3, 0u32..5),
        prop::option::weighted(0.3, 20i64..300),
        any::<bool>(),
        steps,
        prop::option::weighted(0.3, 1u8..3),
        prop::option::weighted(0.3, 0..groups),
    )
        .prop_map(
            move |(
                strategy,
                capacity,
                agent_capacity,
                queue,
                wait,
                wait_unstaffed,
                mut steps,
                tier_max,
                other,
            )| {
                steps.sort_by_key(|(after, _)| *after);
                steps.dedup_by_key(|(after, _)| *after);
                let widening = steps
                    .into_iter()
                    .map(|(after, relax)| WideningStep { after_ms: after * 1_000, relax })
                    .collect();
                Group {
                    id: GroupId(id as u16),
                    slug: format!("g{id}"),
                    name: format!("g{id}"),
                    parent: None,
                    heads: Vec::new(),
                    strategy,
                    hours: None,
                    capacity,
                    agent_capacity,
                    queue_length_max: queue,
                    wait_ms_max: wait.map(|s| s * 1_000),
                    wait_unstaffed,
                    widening,
                    tier_max,
                    fallback: Fallback {
                        steps: other
                            .map(|group| FallbackStep::Group(GroupId(group as u16)))
                            .into_iter()
                            .collect(),
                    },
                    closed: Fallback::default(),
                    reply_timeout_ms: None,
                    target_wait_ms: 20_000,
                    active: true,
                }
            },
        )
}

fn agent(id: usize, groups: usize) -> impl Strategy<Value = Agent> {
    let member = prop::collection::btree_map(0..groups, 1u16..6, 1..=groups);
    let skills = prop::collection::btree_map(0..SKILLS, 1u8..5, 0..3);
    let channels = prop::collection::btree_set(0..CHANNELS, 0..=1);
    let channel_capacity = prop::option::weighted(0.2, (0..CHANNELS, 1u32..3));
    (member, skills, channels, channel_capacity, 1u32..5, 1u8..4, prop::bool::weighted(0.9)).prop_map(
        move |(member, skills, channels, channel_capacity, capacity, tier, receives)| Agent {
            id: AgentId(id as u32),
            slug: format!("a{id}"),
            name: format!("a{id}"),
            role: Role::Agent,
            receives,
            channels: channels.into_iter().map(ChannelId).collect(),
            tier,
            groups: member
                .into_iter()
                .map(|(group, priority)| Membership { group: GroupId(group as u16), priority })
                .collect(),
            skills: skills.into_iter().map(|(s, level)| SkillLevel { skill: SkillId(s), level }).collect(),
            capacity,
            channel_capacity: channel_capacity.map(|(c, most)| (ChannelId(c), most)).into_iter().collect(),
            shift: None,
            active: true,
        },
    )
}

fn wish(groups: usize, agents: usize) -> impl Strategy<Value = Wish> {
    (
        0..groups,
        prop::option::weighted(0.2, 0..agents),
        prop::option::weighted(0.1, 0..agents),
        0u8..4,
        prop::option::weighted(0.2, 1u8..4),
        prop::collection::btree_map(0..SKILLS, 1u8..4, 0..3),
    )
        .prop_map(|(group, agent, prefer, priority, tier, skills)| Wish {
            group,
            agent,
            prefer,
            priority,
            tier,
            skills: skills.into_iter().collect(),
        })
}

/// A tenant of one to three groups and one to six agents.
pub(crate) fn tenants() -> impl Strategy<Value = Tenant> {
    (1usize..4, 1usize..7).prop_flat_map(|(groups, agents)| {
        let directory = || {
            (
                (0..groups).map(|id| group(id, groups)).collect::<Vec<_>>(),
                (0..agents).map(|id| agent(id, groups)).collect::<Vec<_>>(),
                prop::option::weighted(0.4, 0i64..60),
                prop::option::weighted(0.3, 0i64..60),
                prop::bool::weighted(0.95),
                prop::option::weighted(0.2, 1u32..5),
            )
                .prop_map(|(groups, agents, stick, grace, automatic, cap)| {
                    let mut settings = Settings::bare("random", "UTC");
                    settings.default_group = Some(GroupId(0));
                    settings.fallback.steps.push(FallbackStep::LeaveMessage);
                    settings.stick = stick.map(|wait| Stick { for_ms: 500_000, wait_ms: wait * 1_000 });
                    settings.offline_grace_ms = grace.map(|s| s * 1_000);
                    settings.automatic = automatic;
                    settings.agent_capacity_max = cap;
                    Directory {
                        settings,
                        channels: (0..CHANNELS)
                            .map(|id| Channel {
                                id: ChannelId(id),
                                slug: format!("ch{id}"),
                                name: format!("ch{id}"),
                                group: None,
                                active: true,
                            })
                            .collect(),
                        entries: Default::default(),
                        groups,
                        agents,
                        skills: (0..SKILLS)
                            .map(|id| Skill {
                                id: SkillId(id),
                                slug: format!("s{id}"),
                                name: format!("s{id}"),
                            })
                            .collect(),
                        hours: Vec::new(),
                        wait_thresholds_ms: Vec::new(),
                    }
                })
        };
        let wishes = prop::collection::vec(wish(groups, agents), ENTRIES);
        (directory(), directory(), wishes)
            .prop_map(|(first, second, wishes)| Tenant { directories: [first, second], wishes })
    })
}

/// Things that happen, with the seconds before each.
pub(crate) fn actions(tenant: &Tenant) -> impl Strategy<Value = Vec<(u16, Action)>> + use<> {
    let groups = tenant.directories[0].groups.len() as u16;
    let presence = prop::sample::select(vec![
        Presence::Online,
        Presence::Online,
        Presence::Online,
        Presence::Busy,
        Presence::Away,
        Presence::Offline,
    ]);
    let change = prop_oneof![
        (0u32..5).prop_map(AgentChange::Capacity),
        (0..groups, 1u16..6)
            .prop_map(|(group, priority)| AgentChange::JoinGroup { group: GroupId(group), priority }),
        (0..groups).prop_map(|group| AgentChange::LeaveGroup(GroupId(group))),
        (0..SKILLS, 1u8..5)
            .prop_map(|(skill, level)| AgentChange::AddSkill(SkillLevel { skill: SkillId(skill), level })),
        (0..SKILLS).prop_map(|skill| AgentChange::RemoveSkill(SkillId(skill))),
        any::<bool>().prop_map(AgentChange::Receives),
    ];
    let customer = prop::option::of(0u8..4);
    let action = prop_oneof![
        10 => (0..ENTRIES, 0..CHANNELS, customer)
            .prop_map(|(entry, channel, customer)| Action::Open { entry, channel, customer }),
        6 => any::<usize>().prop_map(Action::Close),
        2 => any::<usize>().prop_map(Action::Return),
        1 => (any::<usize>(), any::<usize>())
            .prop_map(|(conversation, agent)| Action::Take { conversation, agent }),
        8 => (any::<usize>(), presence).prop_map(|(agent, presence)| Action::Presence(agent, presence)),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(agent, on)| Action::Accepting(agent, on)),
        2 => (any::<usize>(), change).prop_map(|(agent, change)| Action::Change(agent, change)),
        1 => (0usize..2).prop_map(Action::Publish),
        2 => (1u8..=100, 1u32..8, 1i64..600).prop_map(|(share_percent, waiting, longest_wait_s)| {
            Action::Canary { share_percent, waiting, longest_wait_s }
        }),
        1 => Just(Action::EndCanary),
        3 => Just(Action::Tick),
    ];
    prop::collection::vec((0u16..50, action), 10..80)
}
