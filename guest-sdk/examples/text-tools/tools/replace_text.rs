if args.regex {
    return Ok(pattern(&args.find)?.replace_all(&args.text, args.replacement.as_str()).into_owned());
}
Ok(args.text.replace(&args.find, &args.replacement))
