// MetricsSource: the newest usage of all nodes and pods. Reads a node when somebody asks and the last reading is old. Any thread but an io
// thread: asking blocks until the nodes have answered (a second when a rate needs two readings), at most some seconds.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "client/client.h"
#include "embedded/metrics/usage.h"

namespace skiff::metrics_api {

// Asks a node for /stats/summary; done is called once, from any thread.
using SummaryFetch = std::function<void(const std::string& node, std::function<void(Result<std::string> body)> done)>;

class MetricsSource {
public:
    // client: may get and list nodes and pods.
    MetricsSource(std::shared_ptr<client::Client> client, SummaryFetch fetch, Clock& clock);
    ~MetricsSource();

    // NodeMetrics and PodMetrics objects. get: null when nothing is known.
    Result<std::vector<api::ObjectPtr>> nodes(const std::string& label_selector);
    Result<std::vector<api::ObjectPtr>> pods(const std::string& ns, const std::string& label_selector);
    Result<api::ObjectPtr> node(const std::string& name);
    Result<api::ObjectPtr> pod(const std::string& ns, const std::string& name);

private:
    struct Reading;
    struct Round;
    using ReadingPtr = std::shared_ptr<const Reading>;
    // The readings of these nodes, refreshed where they are old. A node that does not answer is left out.
    std::map<std::string, ReadingPtr> read(const std::vector<std::string>& nodes);
    void fetch_all(const std::vector<std::string>& nodes);

    const std::shared_ptr<client::Client> client_;
    const SummaryFetch fetch_;
    Clock& clock_;
    std::mutex refresh_;                              // one refresh at a time; the next finds fresh readings
    std::mutex mutex_;
    std::map<std::string, ReadingPtr> readings_;      // by node
};

}  // namespace skiff::metrics_api
