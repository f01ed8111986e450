//! What changed in the code from one version to another: of each tool, and of the items that they share.

use std::time::{Duration, Instant};

use cloche_domain::ToolName;
use cloche_domain::spec::ServerSpec;
use serde::Serialize;
use similar::TextDiff;
use utoipa::ToSchema;

/// For the comparison of all texts: after that it is coarser, and as right.
const PATIENCE: Duration = Duration::from_millis(500);
/// Lines around a change.
const CONTEXT: usize = 3;
/// Bytes of all texts together; what is beyond is cut off at a line.
const TEXT: usize = 256 << 10;

/// What has become of a piece of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CodeChange)]
pub enum Change {
    Added,
    Removed,
    Changed,
}

/// One piece of code that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeDiff {
    /// The tool; null for the helpers.
    pub tool: Option<ToolName>,
    pub change: Change,
    /// Lines added, and removed.
    pub added: usize,
    pub removed: usize,
    /// Unified: each hunk begins with `@@ -line,count +line,count @@`, the lines being the author's own.
    pub diff: String,
}

/// All that changed in the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// In the order of the tools, those that are gone after those that are there; the helpers last.
    pub diffs: Vec<CodeDiff>,
    /// Whether some of it is left out.
    pub cut: bool,
}

impl Code {
    /// What changed from one spec to another.
    pub fn between(before: &ServerSpec, after: &ServerSpec) -> Self {
        let of = |spec: &ServerSpec, name: &ToolName| {
            spec.tools.iter().find(|tool| tool.name == *name).map(|tool| tool.implementation.clone())
        };
        let (mut code, until) = (Self::default(), Instant::now() + PATIENCE);
        let gone = before.tools.iter().filter(|tool| of(after, &tool.name).is_none());
        for name in after.tools.iter().chain(gone).map(|tool| &tool.name) {
            code.add(Some(name), (of(before, name).as_deref(), of(after, name).as_deref()), until);
        }
        let helpers = |spec: &ServerSpec| (!spec.helpers.is_empty()).then(|| spec.helpers.clone());
        code.add(None, (helpers(before).as_deref(), helpers(after).as_deref()), until);
        code
    }

    fn add(&mut self, tool: Option<&ToolName>, (before, after): (Option<&str>, Option<&str>), until: Instant) {
        let change = match (before, after) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (before, after) if before != after => Change::Changed,
            _ => return,
        };
        let diff = TextDiff::configure().deadline(until).diff_lines(before.unwrap_or(""), after.unwrap_or(""));
        let (mut added, mut removed) = (0, 0);
        for change in diff.iter_all_changes() {
            added += usize::from(change.tag() == similar::ChangeTag::Insert);
            removed += usize::from(change.tag() == similar::ChangeTag::Delete);
        }
        let whole = diff.unified_diff().context_radius(CONTEXT).missing_newline_hint(false).to_string();
        let used: usize = self.diffs.iter().map(|diff| diff.diff.len()).sum();
        let diff = up_to(&whole, TEXT.saturating_sub(used));
        self.cut |= diff.len() < whole.len();
        self.diffs.push(CodeDiff { tool: tool.cloned(), change, added, removed, diff: diff.to_owned() });
    }
}

/// As many whole lines as have room.
fn up_to(text: &str, bytes: usize) -> &str {
    if text.len() <= bytes {
        return text;
    }
    let within = &text[..text.floor_char_boundary(bytes)];
    &within[..within.rfind('\n').map_or(0, |end| end + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn spec(tools: &[(&str, &str)], helpers: &str) -> ServerSpec {
        let tools: Vec<_> = tools
            .iter()
            .map(|(name, code)| json!({"name": name, "description": "d", "implementation": code}))
            .collect();
        serde_json::from_value(json!({"name": "S", "tools": tools, "helpers": helpers})).unwrap()
    }

    #[test]
    fn each_piece_is_compared_with_its_lines() {
        let text = |tenth: &str| {
            let mut lines = ["line"; 20];
            lines[9] = tenth;
            lines.join("\n") + "\n"
        };
        let (one, two) = (text("ten"), text("TEN"));
        let before = spec(&[("same", "Ok(1)"), ("edited", &one), ("gone", "Ok(3)")], "");
        let after = spec(&[("new", "Ok(4)"), ("edited", &two), ("same", "Ok(1)")], "fn f() {}");
        let code = Code::between(&before, &after);
        let shown: Vec<_> =
            code.diffs.iter().map(|d| (d.tool.as_ref().map(ToolName::as_str), d.change, d.added, d.removed)).collect();
        assert_eq!(
            shown,
            [
                (Some("new"), Change::Added, 1, 0),
                (Some("edited"), Change::Changed, 1, 1),
                (Some("gone"), Change::Removed, 0, 1),
                (None, Change::Added, 1, 0),
            ]
        );
        assert_eq!(code.diffs[1].diff, "@@ -7,7 +7,7 @@\n line\n line\n line\n-ten\n+TEN\n line\n line\n line\n");
        assert_eq!(code.diffs[0].diff, "@@ -0,0 +1 @@\n+Ok(4)\n");
        assert!(!code.cut);
        assert_eq!(Code::between(&after, &after), Code::default());
    }

    #[test]
    fn what_is_too_long_or_too_strange_is_bounded() {
        let many = |c: char| {
            (0..32_000).flat_map(|n| [c.to_string(), (n * 7919 % 977).to_string(), "\n".into()]).collect::<String>()
        };
        let large = |c| spec(&[("a", &many(c)), ("b", &many(c)), ("c", &many(c))], &many(c));
        let began = Instant::now();
        let code = Code::between(&large('x'), &large('y'));
        assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
        let bytes: usize = code.diffs.iter().map(|diff| diff.diff.len()).sum();
        assert!(code.cut && bytes <= TEXT && code.diffs.len() == 4, "{bytes}");
        assert!(code.diffs.iter().all(|diff| diff.diff.is_empty() || diff.diff.ends_with('\n')));
        for (text, bytes, kept) in [("a\nb\n", 4, "a\nb\n"), ("a\nb\n", 3, "a\n"), ("é\né\n", 4, "é\n"), ("éé", 1, "")]
        {
            assert_eq!(up_to(text, bytes), kept);
        }
    }
}
