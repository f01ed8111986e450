//! Guests that a hostile author would write.

mod memory;
mod time;

use crate::attack::Attack;

const GROUP: &str = "Guest";

pub fn attacks() -> Vec<Attack> {
    [time::ATTACKS, memory::ATTACKS].concat()
}
