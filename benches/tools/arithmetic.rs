{
    let (mut x, mut sum) = (2_463_534_242_u32, 0_u32);
    for _ in 0..args.n {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        sum = sum.wrapping_add(x);
    }
    Ok(sum.to_string())
}
