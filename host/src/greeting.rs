//! What `cloche serve` prints when it is ready: where it is, and how the operator gets in.

use std::io::{self, Write as _};

use crate::accounts::{self, Result};
use crate::app::App;
use crate::mount::origin;

/// Prints the platform's address; and a first sign-in link if it is to have one, while nobody has an account.
pub async fn print(app: &App, with_link: bool) -> Result<()> {
    let (here, http) = (origin(&app.public_url), &app.config.http);
    let mut lines = vec![match http.public_url.as_str() {
        "" => format!("Cloche is at {here}"),
        _ => format!("Cloche is at {here}, listening on {}", http.listen),
    }];
    if with_link && accounts::nobody(app).await? {
        let link = accounts::operator_link(app, &app.config.sign_in.first_email).await?;
        let minutes = app.config.sign_in.link_minutes;
        lines.push(format!("Sign in:     {link}"));
        lines.push(format!(
            "             (works once, for {minutes} minutes; `cloche admin sign-in-link` prints another)"
        ));
    }
    // Whoever started this may have closed the output: that is no reason not to serve.
    let _ = writeln!(io::stdout(), "{}", lines.join("\n"));
    Ok(())
}
