//! From a module's answer, in names, to effects, in ids.

use super::contract;
use crate::id::{AgentId, GroupId, SkillId};
use crate::limits;
use crate::model::SkillLevel;
use crate::rules::Effect;
use crate::rules::names::{Names, Slugs};

/// The effects, or what is wrong with the answer, in words.
pub(super) fn effects(answer: Vec<contract::Effect>, names: &Names) -> Result<Vec<Effect>, String> {
    if answer.len() > limits::EFFECTS_MAX {
        return Err(format!("more than {} effects", limits::EFFECTS_MAX));
    }
    answer.into_iter().map(|effect| resolve(effect, names)).collect()
}

fn resolve(effect: contract::Effect, names: &Names) -> Result<Effect, String> {
    use contract::Effect as Given;
    let effect = match effect {
        Given::ToGroup(group) => Effect::ToGroup(GroupId(small(find(&names.groups, &group)?))),
        Given::ToAgent(agent) => Effect::ToAgent(AgentId(find(&names.agents, &agent)?)),
        Given::PreferAgent(agent) => Effect::PreferAgent(AgentId(find(&names.agents, &agent)?)),
        Given::RequireSkill(asked) => {
            let skill = SkillId(small(find(&names.skills, &asked.name)?));
            Effect::RequireSkill(SkillLevel { skill, level: asked.level })
        }
        Given::Priority(priority) => Effect::Priority(priority),
        Given::Tier(tier) => Effect::Tier(tier),
        Given::Tag(tag) => Effect::Tag(tag),
        Given::FlagRisk(risk) => Effect::FlagRisk(risk),
        Given::ToBot(bot) => Effect::ToBot(bot),
        Given::OfferTicket => Effect::OfferTicket,
        Given::OfferLeaveMessage => Effect::OfferLeaveMessage,
        Given::WaitLimitMs(ms) => Effect::WaitMax(i64::try_from(ms).unwrap_or(i64::MAX)),
        Given::Reply(reply) => Effect::Reply(reply),
        Given::Stop => Effect::Stop,
    };
    match effect.problem() {
        Some(problem) => Err(problem),
        None => Ok(effect),
    }
}

/// Groups and skills are counted in 16 bits.
fn small(id: u32) -> u16 {
    u16::try_from(id).unwrap_or(u16::MAX)
}

fn find(slugs: &Slugs, slug: &str) -> Result<u32, String> {
    if let Some(id) = slugs.find(slug) {
        return Ok(id);
    }
    if slug.len() > limits::LABEL_BYTES_MAX {
        return Err(format!("unknown {}, with a name of {} bytes", slugs.what, slug.len()));
    }
    let free = |_: usize| Ok::<(), std::convert::Infallible>(());
    let Ok(meant) = slugs.nearest(slug, limits::SUGGEST_AMONG_MAX, free);
    let meant = meant.map_or_else(String::new, |meant| format!(", did you mean `{meant}`?"));
    Err(format!("unknown {} `{slug}`{meant}", slugs.what))
}

/// Scores in thousandths, one for each of `count` agents, or what is wrong with the answer.
pub(super) fn scores(answer: Vec<Option<f64>>, count: usize) -> Result<Vec<Option<i64>>, String> {
    if answer.len() != count {
        return Err(format!("{} scores for {count} agents", answer.len()));
    }
    let score = |(at, score): (usize, Option<f64>)| match score {
        Some(score) if score.is_nan() => Err(format!("the score of agent {} is not a number", at + 1)),
        // The conversion saturates, so a very large score stays the largest.
        Some(score) => Ok(Some((score * 1000.0).round() as i64)),
        None => Ok(None),
    };
    answer.into_iter().enumerate().map(score).collect()
}
