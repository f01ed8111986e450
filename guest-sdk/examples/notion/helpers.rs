fn request(method: &str, path: &str) -> http::Request {
    http::Request::new(method, format!("https://api.notion.com/v1/{path}"))
        .header("Authorization", "Bearer {NOTION_TOKEN}")
        .header("Notion-Version", "2022-06-28")
}

/// Sends it; an error status becomes an error that says what to do.
fn answer(request: http::Request) -> Result<Value> {
    let answer = request.send()?;
    if answer.is_success() {
        return answer.json();
    }
    let body: Value = answer.json().unwrap_or_default();
    let why = body["message"].as_str().unwrap_or("no reason given");
    match answer.status {
        401 => bail!("Notion does not accept the token ({why}): set NOTION_TOKEN anew"),
        404 => bail!("Notion knows no such page or database, or it is not shared with the integration"),
        429 => bail!("Notion's rate limit is reached: try again in {} s", answer.header("retry-after").unwrap_or("a few")),
        status => bail!("Notion answered with status {status}: {why}"),
    }
}

/// The id in an id or a URL: its last 32 hexadecimal digits, hyphens aside.
fn id(text: &str) -> Result<String> {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().replace('-', "");
    let id = last.len().checked_sub(32).and_then(|start| last.get(start..)).unwrap_or_default();
    let whole = id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit());
    ensure!(whole, "{text:?} holds no Notion id: it must end in 32 hexadecimal digits");
    Ok(id.to_owned())
}

/// Rich text without its formatting, but for links.
fn plain(rich: &Value) -> String {
    let piece = |part: &Value| {
        let text = part["plain_text"].as_str().unwrap_or_default();
        match part["href"].as_str() {
            Some(link) => format!("[{text}]({link})"),
            None => text.to_owned(),
        }
    };
    rich.as_array().into_iter().flatten().map(piece).collect()
}

/// Of a page, its title property; of a database, its title.
fn title(object: &Value) -> String {
    let properties = object["properties"].as_object().into_iter().flat_map(|map| map.values());
    let of_page = properties.filter(|property| property["type"] == "title").map(|property| plain(&property["title"]));
    let title = if object["object"] == "database" { plain(&object["title"]) } else { of_page.collect() };
    if title.is_empty() { "Untitled".to_owned() } else { title }
}

/// A property's value as plain JSON.
fn property(property: &Value) -> Value {
    let kind = property["type"].as_str().unwrap_or_default();
    let value = &property[kind];
    let names = || value.as_array().into_iter().flatten().map(|item| item["name"].clone()).collect();
    match kind {
        "title" | "rich_text" => json!(plain(value)),
        "select" | "status" => value["name"].clone(),
        "multi_select" | "people" | "files" => names(),
        "date" if value["end"].is_null() => value["start"].clone(),
        "date" => json!({ "start": value["start"], "end": value["end"] }),
        "formula" => value[value["type"].as_str().unwrap_or_default()].clone(),
        "created_by" | "last_edited_by" => value["name"].clone(),
        "relation" => json!(value.as_array().map_or(0, Vec::len)),
        _ => value.clone(),
    }
}

fn properties(object: &Value) -> Map<String, Value> {
    let all = object["properties"].as_object().into_iter().flatten();
    all.map(|(name, value)| (name.clone(), property(value))).collect()
}

/// The blocks below one, page by page; `most` bounds the requests of one call.
fn children(block: &str, most: &mut u32) -> Result<Vec<Value>> {
    let mut blocks = Vec::new();
    let mut cursor = None;
    while *most > 0 {
        *most -= 1;
        let mut request = request("GET", &format!("blocks/{block}/children")).query("page_size", 100);
        if let Some(cursor) = &cursor {
            request = request.query("start_cursor", cursor);
        }
        let page = answer(request)?;
        blocks.extend(page["results"].as_array().into_iter().flatten().cloned());
        cursor = page["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    Ok(blocks)
}

/// Blocks as Markdown; nested ones are indented.
fn markdown(blocks: &[Value], depth: usize, most: &mut u32) -> Result<String> {
    let mut text = String::new();
    let mut number = 0;
    for block in blocks {
        let kind = block["type"].as_str().unwrap_or_default();
        let content = &block[kind];
        let words = plain(&content["rich_text"]);
        number = if kind == "numbered_list_item" { number + 1 } else { 0 };
        let line = match kind {
            "heading_1" => format!("# {words}"),
            "heading_2" => format!("## {words}"),
            "heading_3" => format!("### {words}"),
            "bulleted_list_item" | "toggle" => format!("- {words}"),
            "numbered_list_item" => format!("{number}. {words}"),
            "to_do" => format!("- [{}] {words}", if content["checked"] == true { "x" } else { " " }),
            "quote" | "callout" => format!("> {words}"),
            "code" => format!("```{}\n{words}\n```", content["language"].as_str().unwrap_or_default()),
            "divider" => "---".to_owned(),
            "child_page" | "child_database" => format!("[{}] ({kind})", content["title"].as_str().unwrap_or_default()),
            "bookmark" | "embed" | "link_preview" => content["url"].as_str().unwrap_or_default().to_owned(),
            "image" | "video" | "file" | "pdf" => format!("[{kind}: {}]", plain(&content["caption"])),
            "table_row" => {
                let cells: Vec<String> = content["cells"].as_array().into_iter().flatten().map(plain).collect();
                format!("| {} |", cells.join(" | "))
            }
            _ => words,
        };
        let below = if block["has_children"] == true && !kind.starts_with("child_") && depth < 4 && *most > 0 {
            let blocks = children(block["id"].as_str().unwrap_or_default(), most)?;
            markdown(&blocks, depth + 1, most)?
        } else {
            String::new()
        };
        for line in line.lines() {
            text.push_str(&format!("{}{line}\n", "  ".repeat(depth)));
        }
        text.push_str(&below);
    }
    Ok(text)
}
