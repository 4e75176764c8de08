// The watch of a RemoteClient: bytes from the io thread, cut into lines there, read and handed out on the dispatcher.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "client/client.h"
#include "client/dispatcher.h"
#include "net/http_client.h"

namespace skiff::client {

// unreachable(url): the server of that URL did not answer. Returns at once; failures arrive through handler.end.
std::unique_ptr<Watch> start_remote_watch(net::HttpClient& http, net::ClientRequest request, std::shared_ptr<Dispatcher> dispatcher,
                                          WatchHandler handler, std::function<void(const std::string& url)> unreachable);

}  // namespace skiff::client
