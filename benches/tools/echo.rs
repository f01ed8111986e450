Ok(args.text)
