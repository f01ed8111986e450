//! Unpredictable numbers, good enough for keys.

use std::ops::{Bound, RangeBounds};

/// `length` bytes; 65,536 at most.
pub fn bytes(length: u32) -> Vec<u8> {
    crate::bindings::cloche::tool::random::bytes(length)
}

/// Any 64 bits.
pub fn u64() -> u64 {
    bytes(8).iter().fold(0, |all, byte| all << 8 | u64::from(*byte))
}

/// A number of the range, each as likely as the others: `random::range(1..=6)`. An empty range gives its start.
pub fn range(range: impl RangeBounds<i64>) -> i64 {
    pick(range, u64)
}

/// One of the items, or none if there is none.
pub fn choose<T>(items: &[T]) -> Option<&T> {
    let end = i64::try_from(items.len()).ok()?;
    items.get(usize::try_from(range(0..end)).ok()?)
}

/// A UUID, version 4, as text.
pub fn uuid() -> String {
    let mut id = bytes(16);
    id[6] = id[6] & 0x0f | 0x40;
    id[8] = id[8] & 0x3f | 0x80;
    let hex = hex::encode(id);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

fn pick(range: impl RangeBounds<i64>, mut bits: impl FnMut() -> u64) -> i64 {
    let low = match range.start_bound() {
        Bound::Included(low) => *low,
        Bound::Excluded(low) => low.saturating_add(1),
        Bound::Unbounded => i64::MIN,
    };
    let high = match range.end_bound() {
        Bound::Included(high) => *high,
        Bound::Excluded(high) => high.saturating_sub(1),
        Bound::Unbounded => i64::MAX,
    };
    if high <= low {
        return low;
    }
    // How many numbers there are; 2^64 wraps to 0, where any 64 bits will do.
    let count = high.wrapping_sub(low).cast_unsigned().wrapping_add(1);
    let Some(skipped) = (u64::MAX - count.wrapping_sub(1)).checked_rem(count) else {
        return bits().cast_signed();
    };
    // The first few values would make the first numbers likelier: draw again.
    let drawn = std::iter::repeat_with(&mut bits).find(|drawn| *drawn >= skipped).unwrap_or_default();
    low.wrapping_add((drawn % count).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_met_to_their_ends() {
        assert_eq!(pick(1..=6, || 6), 1);
        assert_eq!(pick(1..=6, || 11), 6);
        assert_eq!(pick(.., || 7), 7);
        assert_eq!(pick(i64::MAX - 1.., || 3), i64::MAX);
        assert_eq!(pick(-3..-3, || 3), -3);
    }

    #[test]
    fn values_that_would_favour_some_are_drawn_again() {
        // 2^64 mod 6 is 4.
        let mut draws = [0, 3, 4].into_iter();
        assert_eq!(pick(0..6, || draws.next().unwrap()), 4);
    }
}
