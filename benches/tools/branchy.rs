{
    // The steps of Collatz's sequences, all together.
    let mut steps = 0_u32;
    for start in 1..=args.n {
        let mut value = start as u32;
        while value != 1 {
            value = if value % 2 == 0 { value / 2 } else { 3 * value + 1 };
            steps += 1;
        }
    }
    Ok(steps.to_string())
}
