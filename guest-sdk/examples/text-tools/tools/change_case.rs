let words = words(&args.text);
let lower = || words.iter().map(|word| word.to_lowercase());
Ok(match args.case {
    ArgsCase::Upper => args.text.to_uppercase(),
    ArgsCase::Lower => args.text.to_lowercase(),
    ArgsCase::Title => {
        let mut inside = false;
        let letter = |c: char| {
            let first = c.is_alphanumeric() && !inside;
            inside = c.is_alphanumeric() || (inside && matches!(c, '\'' | '’'));
            if first { c.to_uppercase().collect::<String>() } else { c.to_lowercase().collect() }
        };
        args.text.chars().map(letter).collect()
    }
    ArgsCase::Snake => lower().collect::<Vec<_>>().join("_"),
    ArgsCase::Kebab => lower().collect::<Vec<_>>().join("-"),
    ArgsCase::Pascal => words.iter().map(|word| capitalized(word)).collect(),
    ArgsCase::Camel => {
        let rest = words.iter().skip(1).map(|word| capitalized(word));
        lower().take(1).chain(rest).collect()
    }
})
