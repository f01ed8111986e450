//! Tenants against each other.

mod cache;
mod neighbours;
mod rights;
mod routes;

use crate::attack::Attack;

const GROUP: &str = "Tenants";

pub fn attacks() -> Vec<Attack> {
    [routes::ATTACKS, cache::ATTACKS, neighbours::ATTACKS, rights::ATTACKS].concat()
}
