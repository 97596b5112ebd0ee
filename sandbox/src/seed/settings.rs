//! What a seed says that has to be known when a sandbox starts: its keys, its products and its clock.

use std::sync::Arc;

use imprint_client::Secret;

use crate::product::{CardType, Product};
use crate::rewards::Rewards;
use crate::settings::{Clock, Permissions, Settings};

use super::error::{Fault, SeedError};
use super::format::{self, CardKind, SchemeKind, Unit};
use super::{File, Seed};

impl Seed {
    /// Adds the products of the seed to those of a sandbox that is to be started.
    pub(crate) fn declare(&self, settings: &mut Settings) -> Result<(), SeedError> {
        for (place, wanted) in self.file.products.iter().enumerate() {
            let wanted = product(wanted);
            match settings.products.iter().find(|declared| declared.key() == wanted.key()) {
                None => settings.products.push(Arc::new(wanted)),
                Some(declared) if **declared == wanted => {}
                Some(_) => {
                    let message = "another product with this merchant key is declared, with other settings";
                    return Err(self.error(&Fault::new(format!("/products/{place}/merchant_key"), message)));
                }
            }
        }
        Ok(())
    }

    /// The clock that an account starts with.
    pub(crate) fn clock(&self) -> Option<Clock> {
        self.file.clock.as_ref().map(format::Clock::setting)
    }

    /// Another account of the server has or had the key with this number.
    pub(crate) fn key_taken(&self, place: usize) -> SeedError {
        let message = "is the text of a key that another account of the server has or had";
        self.error(&Fault::new(format!("/keys/{place}/text"), message))
    }

    /// The keys, each with its label.
    pub(crate) fn keys(&self) -> Vec<(String, Secret, Permissions)> {
        keys(&self.file)
    }
}

pub(super) fn keys(file: &File) -> Vec<(String, Secret, Permissions)> {
    let keys = file.keys.iter().enumerate().map(|(place, key)| {
        let label = key.label.clone().unwrap_or_else(|| format!("key {}", place + 1));
        let normal = Permissions::NORMAL;
        let permissions = key.permissions.as_ref().map_or(normal, |given| Permissions {
            read: given.read.unwrap_or(normal.read),
            write: given.write.unwrap_or(normal.write),
            pci: given.pci.unwrap_or(normal.pci),
        });
        (label, key.text.clone(), permissions)
    });
    keys.collect()
}

/// The settings of a product. What is not given is the default.
pub(super) fn product(wanted: &format::Product) -> Product {
    let format::Product {
        merchant_key,
        program_name,
        card_type,
        loan,
        two_step_intents,
        refuse_over_capture,
        rewards,
        offer,
    } = wanted;
    let mut product = Product::default().merchant_key(merchant_key);
    if let Some(name) = program_name {
        product = product.program_name(name);
    }
    if let Some(kind) = card_type {
        product = product.card_type(match kind {
            CardKind::Physical => CardType::Physical,
            CardKind::Virtual => CardType::Virtual,
            CardKind::Unified => CardType::Unified,
        });
    }
    if let Some(loan) = loan {
        product = product.loan(loan.amount.0, loan.term_months);
    }
    if *two_step_intents {
        product = product.two_step_intents();
    }
    if *refuse_over_capture {
        product = product.refuse_over_capture();
    }
    if let Some(wanted) = rewards {
        product = product.rewards(rewards_of(wanted));
    }
    if let Some(offer) = offer {
        product = product.offer(&offer.title, &offer.description);
    }
    product
}

fn rewards_of(wanted: &format::Scheme) -> Rewards {
    let basis_points = wanted.basis_points.unwrap_or_default();
    let rewards = match wanted.scheme {
        SchemeKind::PerEvent => Rewards::per_event(basis_points),
        SchemeKind::Statement => Rewards::statement(basis_points),
        SchemeKind::Delayed => Rewards::delayed(basis_points, wanted.delay.map(|delay| delay.0).unwrap_or_default()),
        SchemeKind::None => Rewards::none(),
    };
    if wanted.unit == Some(Unit::Points) { rewards.points() } else { rewards }
}
