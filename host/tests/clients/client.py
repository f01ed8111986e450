"""PyPI mcp, given a URL and a person: client.py URL COOKIE legacy|auto"""

import asyncio
import json
import re
import sys
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

url, cookie, mode = sys.argv[1:]


class Storage:
    """What the client remembers."""

    tokens = None
    client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


class Person:
    """Opens the consent page with their session, and clicks «Allow»."""

    async def open(self, authorization_url):
        headers = {"cookie": cookie, "sec-fetch-site": "same-origin"}
        async with httpx2.AsyncClient(headers=headers) as browser:
            page = await browser.get(authorization_url)
            form = re.search(r'name="form" value="([^"]+)"', page.text)
            assert page.status_code == 200 and form, page.text
            data = {"form": form[1], "decision": "allow"}
            answer = await browser.post(urljoin(authorization_url, "/oauth/authorize"), data=data)
            assert answer.status_code == 303, answer.text
            self.callback = parse_qs(urlsplit(answer.headers["location"]).query)

    async def called_back(self):
        return AuthorizationCodeResult(**{name: values[0] for name, values in self.callback.items()})


async def main():
    storage, person = Storage(), Person()
    metadata = OAuthClientMetadata(
        client_name="Test client",
        redirect_uris=["http://127.0.0.1:49152/callback"],
        token_endpoint_auth_method="none",
    )
    auth = OAuthClientProvider(url, metadata, storage, person.open, person.called_back)
    async with httpx2.AsyncClient(auth=auth) as http:
        async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            before, results = storage.tokens, []
            for call in json.load(sys.stdin):
                result = await client.call_tool(call["name"], call["arguments"])
                results.append(result.model_dump(mode="json", by_alias=True, exclude_none=True))
                if len(results) == 1:
                    # The client keeps its tokens in memory; one that has expired by its clock is refreshed before the next call.
                    auth.context.token_expiry_time = 1
            after = storage.tokens
            seen = {
                "server": {"name": client.server_info.name} if client.server_info else None,
                "protocol": client.protocol_version,
                "tools": tools,
                "results": results,
                "refreshed": after.access_token != before.access_token and after.refresh_token != before.refresh_token,
                "token": after.access_token,
            }
            print(json.dumps(seen))


asyncio.run(main())
