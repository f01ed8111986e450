//! One server, as rmcp asks for it.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloche_sandbox::{Content, Output, Progress};
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, ListToolsResult,
    MetaObject, PaginatedRequestParams, ProgressNotificationParam, ProgressToken, ResourceContents, ServerCapabilities,
    ServerConfig, Tool as Described,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, Peer, RoleServer, ServerHandler};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::app::App;
use crate::gateway::{self, Answer, Outcome, Served, Tool};
use crate::log::CALLS;
use crate::oauth::access::Caller;

/// Milliseconds that a list of tools may be kept. A new version changes it.
const LIST_TTL_MS: u64 = 60_000;
/// Where a result says which server gave it (MCP 2026-07-28).
const SERVER_INFO: &str = "io.modelcontextprotocol/serverInfo";

/// One request's server and caller.
#[derive(Clone)]
pub(super) struct Handler {
    pub app: Arc<App>,
    pub served: Served,
    pub caller: Arc<Caller>,
    /// Why the platform had no place for the call: for the status, which rmcp leaves at 200.
    pub overloaded: Arc<OnceLock<String>>,
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let config = ServerConfig::new(ServerCapabilities::builder().enable_tools().build());
        let config = config.with_server_info(self.implementation());
        match self.served.known.live.description.as_str() {
            "" => config,
            description => config.with_instructions(description),
        }
    }

    fn get_tool(&self, name: &str) -> Option<Described> {
        self.served.tools.get(name).map(|tool| tool.described.clone())
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.served.tools.iter().map(|tool| tool.described.clone()).collect();
        let mut list =
            ListToolsResult::with_all_items(tools).with_ttl_ms(LIST_TTL_MS).with_cache_scope(CacheScope::Private);
        list.meta = self.meta();
        Ok(list)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = self.served.tools.get(&request.name) else {
            let name: String = request.name.chars().take(80).collect();
            return Err(ErrorData::invalid_params(format!("there is no tool {name:?}: list the tools"), None));
        };
        let (report, reports) = unbounded_channel();
        let token = context.meta.get_progress_token();
        let progress = token.is_some().then(|| {
            let report: Box<dyn Fn(Progress) + Send + Sync> = Box::new(move |progress| {
                let _ = report.send(progress);
            });
            report
        });
        let arguments = request.arguments.unwrap_or_default();
        let call = self.call(tool, arguments, progress);
        let called = tokio::select! {
            // The client has gone: dropping the call stops it.
            () = context.ct.cancelled() => return Err(ErrorData::internal_error("the call was cancelled", None)),
            (called, ()) = async { tokio::join!(call, tell(&context.peer, token, reports)) } => called,
        };
        let answered = called.map(|mut result| {
            result.meta = self.meta();
            result.into()
        });
        answered.map_err(|why| {
            let _ = self.overloaded.set(why.clone());
            ErrorData::internal_error(why, None)
        })
    }
}

impl Handler {
    /// Calls a tool and notes that, also where it is dropped; the result has no `meta` yet. An error says why the platform had
    /// no place for the call.
    pub(super) async fn call(
        &self,
        tool: &Tool,
        arguments: Map<String, Value>,
        progress: Option<Box<dyn Fn(Progress) + Send + Sync>>,
    ) -> Result<CallToolResult, String> {
        let mut under_way = UnderWay { handler: self, tool: tool.name(), is_answered: false };
        let answer = gateway::call(&self.app, &self.served, &self.caller, tool, arguments, progress).await;
        under_way.is_answered = true;
        self.note(tool.name(), Some(&answer));
        match answer.outcome {
            Outcome::Output(output) => Ok(result(output)),
            Outcome::Error(why) => Ok(CallToolResult::error(vec![ContentBlock::text(why)])),
            Outcome::Overloaded(why) => Err(why),
        }
    }

    /// What a result's `meta` is, as text.
    pub(super) fn info(&self) -> Option<&RawValue> {
        let known = &self.served.known.info;
        if known.get().is_none() {
            let _ = known.set(to_raw_value(&self.meta()?).ok()?);
        }
        known.get().map(|info| &**info)
    }

    fn implementation(&self) -> Implementation {
        let live = &self.served.known.live;
        Implementation::new(live.slug.as_str(), live.version_n.to_string()).with_title(live.name.as_str())
    }

    fn meta(&self) -> Option<MetaObject> {
        let mut meta = MetaObject::default();
        meta.insert(SERVER_INFO.to_owned(), serde_json::to_value(self.implementation()).ok()?);
        Some(meta)
    }

    /// One line a call: who called what, and what it came to and cost.
    fn note(&self, tool: &str, answer: Option<&Answer>) {
        let live = &self.served.known.live;
        let (server, version, user, client) =
            (&live.server_id, live.version_n, &self.caller.user, self.caller.client.as_str());
        let Some(Answer { call, .. }) = answer else {
            tracing::info!(target: CALLS, %server, version, tool, %user, client, outcome = "cancelled", "called");
            return;
        };
        let (outcome, fuel, ms) = (call.outcome.as_str(), call.fuel, call.wall_ms);
        tracing::info!(target: CALLS, call = %call.id, %server, version, tool, %user, client, outcome, fuel, ms, "called");
    }
}

/// A call that is not answered yet: dropped, it notes that it never was.
struct UnderWay<'a> {
    handler: &'a Handler,
    tool: &'a str,
    is_answered: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.handler.note(self.tool, None);
        }
    }
}

/// Passes reports on until the call has ended.
async fn tell(peer: &Peer<RoleServer>, token: Option<ProgressToken>, mut reports: UnboundedReceiver<Progress>) {
    let Some(token) = token else { return };
    while let Some(Progress { done, total, message }) = reports.recv().await {
        let mut report = ProgressNotificationParam::new(token.clone(), done);
        (report.total, report.message) = (total, message);
        if peer.notify_progress(report).await.is_err() {
            return;
        }
    }
}

fn result(output: Output) -> CallToolResult {
    let mut result = CallToolResult::success(output.content.into_iter().map(block).collect());
    result.structured_content = output.structured.map(Value::Object);
    result.is_error = None;
    result
}

fn block(content: Content) -> ContentBlock {
    match content {
        Content::Text { text } => ContentBlock::text(text),
        Content::Image { data, mime_type } => ContentBlock::image(STANDARD.encode(data), mime_type),
        Content::Audio { data, mime_type } => ContentBlock::audio(STANDARD.encode(data), mime_type),
        Content::ResourceLink { uri, name, description, mime_type } => {
            let mut link = rmcp::model::Resource::new(uri, name);
            (link.description, link.mime_type) = (description, mime_type);
            ContentBlock::resource_link(link)
        }
        Content::Resource { resource } => ContentBlock::resource(ResourceContents::TextResourceContents {
            uri: resource.uri,
            mime_type: resource.mime_type,
            text: resource.text,
            meta: None,
        }),
    }
}
