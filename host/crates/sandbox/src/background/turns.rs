//! Whose turn it is to compute: the tenant's that has computed least.
//!
//! Each tenant has an account of the time that its guests have used. Turns go to the tenant with the lowest account, so that
//! those who always want more share equally, however many guests each of them has; and one who wants less than its share is
//! served at once. An account that rests does not fall behind for good: what was not used is owed up to a bound.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_task::{Builder, Runnable};
use cloche_domain::OrgId;

/// How long a guest computes before another may: long against the change, short against what anyone notices.
pub(super) const TURN: Duration = Duration::from_micros(200);
/// How much a tenant may compute ahead of the others after a rest.
const OWED: Duration = Duration::from_millis(250);
/// Accounts that are like new ones are closed when there are more than this many.
const REMEMBERED: usize = 1_024;

/// The guests that compute, and the accounts of their tenants.
#[derive(Default)]
pub(super) struct Turns {
    accounts: Mutex<Accounts>,
    arrived: Condvar,
}

#[derive(Default)]
struct Accounts {
    tenants: HashMap<OrgId, Account>,
    /// The highest account that a turn has gone to.
    now: Duration,
    /// The highest of all.
    highest: Duration,
    /// Guests that have their turn.
    running: usize,
    /// How many accounts there may be before those that are like new ones are closed.
    most: usize,
    stopped: bool,
}

#[derive(Default)]
struct Account {
    /// Time used, or owed by the tenant for its rests.
    used: Duration,
    /// Those that could go on, in order of arrival.
    guests: VecDeque<Runnable<OrgId>>,
}

impl Turns {
    /// Runs a guest in turns, to its end. None where nobody gives turns any more. Dropping the future stops the guest.
    pub(super) async fn begin<F>(self: &Arc<Self>, tenant: OrgId, guest: F) -> Option<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let turns = self.clone();
        let line_up = move |guest| turns.line_up(guest);
        let (runnable, task) = Builder::new().propagate_panic(true).metadata(tenant).spawn(move |_| guest, line_up);
        runnable.schedule();
        task.fallible().await
    }

    /// Gives turns on this thread until stopped.
    pub(super) fn take_on(&self) {
        while let Some(guest) = self.next() {
            let (tenant, began) = (*guest.metadata(), Instant::now());
            guest.run();
            self.lock().settle(tenant, began.elapsed());
        }
    }

    /// Ends the guests that wait for a turn, and gives no more.
    pub(super) fn stop(&self) {
        let mut accounts = self.lock();
        accounts.stopped = true;
        let waiting = std::mem::take(&mut accounts.tenants);
        drop(accounts);
        self.arrived.notify_all();
        // Not before: whoever hears of the end may come back here.
        drop(waiting);
    }

    fn line_up(&self, guest: Runnable<OrgId>) {
        let mut accounts = self.lock();
        if accounts.stopped {
            drop(accounts);
            drop(guest);
            return;
        }
        accounts.line_up(guest);
        drop(accounts);
        self.arrived.notify_one();
    }

    fn next(&self) -> Option<Runnable<OrgId>> {
        let mut accounts = self.lock();
        loop {
            if accounts.stopped {
                return None;
            }
            if let Some(guest) = accounts.next() {
                return Some(guest);
            }
            accounts = self.arrived.wait(accounts).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Accounts {
    fn line_up(&mut self, guest: Runnable<OrgId>) {
        let least = self.now.saturating_sub(OWED);
        if self.tenants.len() > self.most {
            self.tenants.retain(|_, account| !account.guests.is_empty() || account.used > least);
            self.most = (2 * self.tenants.len()).max(REMEMBERED);
        }
        let account = self.tenants.entry(*guest.metadata()).or_default();
        account.used = account.used.max(least);
        account.guests.push_back(guest);
    }

    /// The next guest of the tenant that has used least. Its turn counts from here on, so that no other thread takes this
    /// tenant for one that has used nothing meanwhile.
    fn next(&mut self) -> Option<Runnable<OrgId>> {
        let waiting = self.tenants.values_mut().filter(|account| !account.guests.is_empty());
        let Some(account) = waiting.min_by_key(|account| account.used) else {
            if self.running == 0 {
                // Nobody has waited for anybody: all are as new ones.
                self.now = self.highest + OWED;
            }
            return None;
        };
        self.running += 1;
        self.now = self.now.max(account.used);
        account.used += TURN;
        account.guests.pop_front()
    }

    /// Counts what a turn really took.
    fn settle(&mut self, tenant: OrgId, took: Duration) {
        self.running -= 1;
        if let Some(account) = self.tenants.get_mut(&tenant) {
            account.used = (account.used + took).saturating_sub(TURN);
            self.highest = self.highest.max(account.used);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A guest that never ends, waiting for its turn.
    fn guest(accounts: &mut Accounts, tenant: OrgId) {
        let (runnable, task) = Builder::new().metadata(tenant).spawn(|_| std::future::pending::<()>(), |_| ());
        task.detach();
        accounts.line_up(runnable);
    }

    /// How many of so many turns, each as long as it may be, go to a tenant; whoever had one lines up again.
    fn turns_of(accounts: &mut Accounts, tenant: OrgId, turns: u32) -> u32 {
        let mut had = 0;
        for _ in 0..turns {
            let next = accounts.next().unwrap();
            let whose = *next.metadata();
            accounts.settle(whose, TURN);
            accounts.line_up(next);
            had += u32::from(whose == tenant);
        }
        had
    }

    #[test]
    fn tenants_share_equally_however_many_guests_each_has() {
        let mut accounts = Accounts::default();
        let (eve, bob) = (OrgId::new(), OrgId::new());
        for _ in 0..64 {
            guest(&mut accounts, eve);
        }
        guest(&mut accounts, bob);
        assert_eq!(turns_of(&mut accounts, bob, 1_000), 500);
    }

    #[test]
    fn who_comes_seldom_is_served_at_once_and_rests_are_owed_up_to_a_bound() {
        let mut accounts = Accounts::default();
        let (eve, bob) = (OrgId::new(), OrgId::new());
        guest(&mut accounts, eve);
        assert_eq!(turns_of(&mut accounts, eve, 100_000), 100_000);
        guest(&mut accounts, bob);
        let ahead = u32::try_from(OWED.as_micros() / TURN.as_micros()).unwrap();
        assert_eq!(turns_of(&mut accounts, bob, ahead), ahead);
        let then = turns_of(&mut accounts, bob, 1_000);
        assert!((499..=502).contains(&then), "{then}");
    }

    #[test]
    fn accounts_that_are_like_new_ones_are_closed() {
        let mut accounts = Accounts::default();
        for _ in 0..3 * REMEMBERED {
            let tenant = OrgId::new();
            guest(&mut accounts, tenant);
            accounts.next().unwrap();
            accounts.settle(tenant, OWED / 2);
            assert!(accounts.next().is_none());
        }
        assert!(accounts.tenants.len() <= REMEMBERED + 1, "{}", accounts.tenants.len());
    }
}
