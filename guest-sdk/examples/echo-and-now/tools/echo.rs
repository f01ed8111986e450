let times = usize::try_from(args.times)?;
Ok(vec![args.text.as_str(); times].join("\n"))
