//! Turns: what the functions of WASI do costs a guest no fuel, so they are counted, and others have their turn between them.

use wasmtime::{CallHook, CallHookHandler, Result, StoreContextMut};

use crate::guest::Guest;

/// Looks at each return to a guest.
pub(crate) struct Turns;

#[wasmtime_wasi::async_trait]
impl CallHookHandler<Guest> for Turns {
    async fn handle_call_event(&self, mut store: StoreContextMut<'_, Guest>, event: CallHook) -> Result<()> {
        if matches!(event, CallHook::ReturningFromHost) && store.data_mut().ran_wasi() {
            store.data_mut().calls_wasi().await?;
        }
        Ok(())
    }
}
