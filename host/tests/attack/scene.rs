//! Where an attack takes place: its platforms, what was shown, and what must not be found afterwards.

use std::cell::{Cell, RefCell};
use std::fmt::Debug;
use std::rc::Rc;

use crate::platform::{Platform, Setup};

/// Of a log that is shown.
const LINES: usize = 60;

/// One attack's platforms, and what it has shown so far.
#[derive(Debug, Default)]
pub struct Scene {
    platforms: RefCell<Vec<Rc<Platform>>>,
    /// Values that no log may hold.
    secrets: RefCell<Vec<String>>,
    controls: RefCell<Vec<String>>,
    guards: Cell<usize>,
}

impl Scene {
    /// Starts a platform. It runs to the end of the attack, must answer then, and its log is looked through.
    pub async fn platform(&self, setup: Setup) -> Rc<Platform> {
        let platform = Rc::new(setup.start().await);
        self.platforms.borrow_mut().push(platform.clone());
        platform
    }

    /// A value that no platform may write into its log.
    pub fn keeps_secret(&self, value: &str) {
        self.secrets.borrow_mut().push(value.to_owned());
    }

    /// Shows that the harm is real: `what` happened, where the guard was not in the way.
    #[track_caller]
    pub fn control(&self, what: impl Into<String>, happened: bool, seen: impl Debug) {
        let what = what.into();
        assert!(happened, "the control has shown nothing: {what}: {seen:?}");
        if !self.controls().contains(&what) {
            self.controls.borrow_mut().push(what);
        }
    }

    /// The guard has held, or what was seen instead.
    #[track_caller]
    pub fn guard(&self, what: &str, held: bool, seen: impl Debug) {
        assert!(held, "broken: {what}: {seen:?}");
        self.guards.set(self.guards.get() + 1);
    }

    pub fn controls(&self) -> Vec<String> {
        self.controls.borrow().clone()
    }

    /// What holds after every attack.
    pub async fn look_back(&self) {
        assert!(!self.controls().is_empty(), "the attack has no control: it may be unable to fail");
        assert!(self.guards.get() > 0, "the attack has tried no guard");
        let platforms = self.platforms.borrow().clone();
        for platform in &platforms {
            let (status, _) = platform.anyone().get("/ready").await;
            assert_eq!(status, 200, "the platform no longer answers");
            self.look_through(&platform.log());
        }
    }

    /// A platform's own log tells of no panic, and holds no secret.
    pub fn look_through(&self, log: &str) {
        // As Rust prints it; a guest's panic is part of a line.
        let panic = log.lines().find(|line| line.starts_with("thread '") && line.contains("panicked at"));
        assert!(panic.is_none(), "the platform panicked: {panic:?}");
        for secret in self.secrets.borrow().iter() {
            let line = log.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "the platform's log holds a secret: {line:?}");
        }
    }

    /// The ends of the platforms' logs, for one who looks for the reason.
    pub fn show_logs(&self) {
        for platform in self.platforms.borrow().iter() {
            let log = platform.log();
            let lines: Vec<_> = log.lines().collect();
            eprintln!("the platform's log:\n{}", lines[lines.len().saturating_sub(LINES)..].join("\n"));
        }
    }
}
