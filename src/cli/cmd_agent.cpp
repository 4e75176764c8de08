#include <unistd.h>

#include "agent/node_credentials.h"
#include "base/file.h"
#include "base/log.h"
#include "base/open_files.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/node_setup.h"
#include "cli/process_signals.h"
#include "cli/server_flags.h"
#include "cli/terminal.h"
#include "client/remote_client.h"
#include "net/io_threads.h"

namespace skiff::cli {

namespace {

Status run_agent(NodeFlags node) {
    if (::geteuid() != 0) return error(Reason::Forbidden, "a node needs root");
    if (node.server_url.empty()) return error(Reason::BadRequest, "--server https://HOST:6443 is missing (or SKIFF_URL)");
    if (!node.server_url.starts_with("https://")) return error(Reason::BadRequest, "--server {}: must start with https://", node.server_url);
    if (!node.token_file.empty() && node.token.empty()) node.token = std::string(trim(TRY(file::read(node.token_file, 4096).context("--token-file"))));
    auto options = TRY(agent_options(node, node.data_dir, {}));
    if (options.node_ips.empty()) {
        auto ip = agent::default_node_ip();
        if (ip.empty()) return error(Reason::BadRequest, "this machine has no default route; name its address with --node-ip");
        options.node_ips = {ip};
    }
    raise_open_files();
    net::IoThreads io(1);
    Clock& clock = Clock::system();
    agent::JoinOptions join{node.server_url, node.token, options.node_name, options.node_ips, node.data_dir};
    auto credentials = TRY(agent::join_cluster(io, join, clock).context("join {}", node.server_url));
    client::RemoteConfig config;
    config.servers = {node.server_url};
    config.tls.ca_pem = credentials.server_ca_pem;
    config.tls.certificate_pem = credentials.client_certificate_pem;
    config.tls.key_pem = credentials.client_key_pem;
    config.user_agent = "skiff-agent";
    auto client = TRY(client::RemoteClient::create(io, std::move(config)));
    auto agent = TRY(agent::Agent::create(std::move(options), std::move(credentials), client, io, clock));
    TRY(agent->start());
    log::info("agent", "joined", {{"server", node.server_url}});
    notify_service_manager("READY=1\n");
    wait_for_end();
    notify_service_manager("STOPPING=1\n");
    log::info("agent", "stopping; pods keep running");
    agent->stop();
    agent.reset();
    client.reset();
    io.stop();
    return {};
}

}  // namespace

int cmd_agent(const std::vector<std::string>& args) {
    NodeFlags node;
    FlagSet flags("agent");
    add_agent_flags(flags, node);
    if (wants_help(args)) {
        print(std::string(help_text("agent")) + "\n" + flags.help());
        return 0;
    }
    if (auto loaded = load_flags(flags, node, args); !loaded.ok()) return fail("agent", loaded);
    block_signals();
    auto ended = run_agent(std::move(node));
    return ended.ok() ? 0 : fail("agent", ended);
}

}  // namespace skiff::cli
