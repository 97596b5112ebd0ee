//! Rewards.

use maud::html;

use crate::program::page::actions::Action;
use crate::program::page::parts::{Form, Tone, badge, empty, money, more, short_id, table, time, who};
use crate::program::page::view::View;

use super::Rendered;

pub fn render(view: &View) -> Rendered {
    let rewards = view.sandbox.rewards_overview(view.rows);
    let body = if rewards.rows.is_empty() {
        empty(&html! { p { "No reward yet. " a href="#transactions" { "A purchase" } " earns one." } })
    } else {
        html! {
            (table("rewards", "Rewards, the latest first", &["Reward", "Customer", "Kind", "Amount", "State", "Confirm"], &html! {
                @for reward in &rewards.rows {
                    tr id=(format!("reward-{}", reward.id)) {
                        th scope="row" { (short_id(&reward.id)) br; (time(reward.created_at)) }
                        td { (who(&reward.who)) }
                        td { (reward.kind) }
                        td.number { (money(reward.amount, &reward.currency)) }
                        td { (badge(if reward.is_pending { Tone::Warning } else { Tone::Good }, reward.status)) }
                        td {
                            @if reward.is_pending {
                                (Form::new(view, Action::RewardConfirm, &reward.id).button("Confirm", &reward.id, &[]))
                            } @else { span.muted { "–" } }
                        }
                    }
                }
            }))
            (more(view, "rewards", rewards.rows.len(), rewards.total))
        }
    };
    Rendered::new(rewards.total, body)
}
