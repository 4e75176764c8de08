// ImageSocket: the image store of a running agent for `skiff image` on the same machine: a Unix socket that only its owner (root) may open.
//
// One request a connection: a line of JSON {"verb": "list" | "pull" | "remove" | "import", "reference": ..., "path": ...}. The answer is lines of
// JSON: any number of {"progress": {"what", "done", "total"}}, then one {"images": [...]} or {"error": {"reason", "message"}}. One thread accepts,
// at most kRequestsMax more serve. start() and the destructor from the composition root.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "agent/images/image_store.h"
#include "base/fd.h"
#include "json/value.h"

namespace skiff::agent::images {

class ImageSocket {
public:
    static constexpr size_t kRequestsMax = 4;
    // changed: called after images came or went.
    static Result<std::unique_ptr<ImageSocket>> start(ImageStore& store, const std::string& path, std::function<void()> changed);
    ~ImageSocket();

private:
    struct Request;
    ImageSocket(ImageStore& store, std::string path, Fd listener, std::function<void()> changed);
    void accept_all(const std::stop_token& stop);
    void serve(int fd);
    Result<json::Value> answer(const json::Value& request, const std::function<void(const Progress&)>& progress);

    ImageStore& store_;
    const std::string path_;
    Fd listener_, wake_;
    std::function<void()> changed_;
    std::list<std::shared_ptr<Request>> requests_;
    std::jthread thread_;
};

// The client's side: the images of the answer. ServiceUnavailable when no agent listens there.
Result<json::Value> ask_images(const std::string& socket_path, const json::Value& request, const std::function<void(const Progress&)>& progress);
inline std::string image_socket_path(const std::string& state_dir) { return state_dir + "/images.sock"; }

}  // namespace skiff::agent::images
