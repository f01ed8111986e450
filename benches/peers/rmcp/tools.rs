//! The tools. Their bodies are the very files that the platform compiles for its sandbox.

#![expect(clippy::unnecessary_wraps, reason = "as tool code is written")]

use std::sync::LazyLock;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorCode, Implementation, JsonObject,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, ErrorData>;

#[derive(Deserialize)]
struct Echo {
    text: String,
}

#[derive(Deserialize)]
struct Transform {
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Order {
    customer: String,
    quantity: i64,
    price: f64,
    paid: bool,
}

#[derive(Deserialize)]
struct Compute {
    n: i64,
}

fn echo(args: Echo) -> Result<String> {
    include!("../../tools/echo.rs")
}

#[expect(clippy::cast_precision_loss, reason = "as tool code is written")]
fn transform(args: Transform) -> Result<Value> {
    include!("../../tools/transform.rs")
}

#[expect(clippy::needless_pass_by_value, reason = "as the SDK hands arguments over")]
fn arithmetic(args: Compute) -> Result<String> {
    include!("../../tools/arithmetic.rs")
}

#[expect(clippy::needless_pass_by_value, reason = "as the SDK hands arguments over")]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::manual_is_multiple_of,
    reason = "as tool code is written"
)]
fn branchy(args: Compute) -> Result<String> {
    include!("../../tools/branchy.rs")
}

static TOOLS: LazyLock<Vec<Tool>> = LazyLock::new(|| {
    let spec: Value = serde_json::from_str(include_str!("../../tools/spec.json")).unwrap_or_default();
    serde_json::from_value(spec["tools"].clone()).unwrap_or_default()
});

#[derive(Clone)]
pub(crate) struct Tools;

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("bench", "1.0.0"))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        TOOLS.iter().find(|tool| tool.name == name).cloned()
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult> {
        Ok(ListToolsResult::with_all_items(TOOLS.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse> {
        let arguments = request.arguments.unwrap_or_default();
        let text = |text| CallToolResult::success(vec![ContentBlock::text(text)]);
        let result = match &*request.name {
            "echo" => text(echo(read(arguments)?)?),
            "transform" => CallToolResult::structured(transform(read(arguments)?)?),
            "arithmetic" => text(arithmetic(read(arguments)?)?),
            "branchy" => text(branchy(read(arguments)?)?),
            name => return Err(ErrorData::invalid_params(format!("there is no tool {name:?}"), None)),
        };
        Ok(result.into())
    }
}

fn read<T: DeserializeOwned>(arguments: JsonObject) -> Result<T> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|wrong| ErrorData::new(ErrorCode::INVALID_PARAMS, wrong.to_string(), None))
}
