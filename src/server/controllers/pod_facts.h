// PodFacts: what controllers need of a pod, read from its tree once for each version of it. PodFactsCache keeps them, so that a controller
// of a thousand pods does not parse a thousand trees for each event.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/object.h"
#include "base/clock.h"
#include "base/text_map.h"
#include "reconcile/informer.h"

namespace skiff::controllers {

using api::ObjectPtr;

enum class PodPhase { Pending, Running, Succeeded, Failed, Unknown };

struct PodFacts {
    PodPhase phase = PodPhase::Pending;
    bool ready = false;                       // condition Ready is True
    bool deleting = false;
    std::optional<WallTime> ready_since;      // the transition time of Ready
    WallTime created{};
    std::string node;
    int64_t restarts_max = 0;                  // of its containers
    int64_t deletion_cost = 0;
    std::vector<std::string> ips;              // status.podIPs
    std::string hostname, subdomain;

    // Neither finished nor being deleted.
    bool active() const { return phase != PodPhase::Succeeded && phase != PodPhase::Failed && !deleting; }
    bool finished() const { return phase == PodPhase::Succeeded || phase == PodPhase::Failed; }
    bool available(int64_t min_ready_s, WallTime now) const;
    // When it will be available if it stays ready; nothing when it is not ready or already is.
    std::optional<WallTime> available_at(int64_t min_ready_s, WallTime now) const;
};

PodFacts read_pod_facts(const api::Object& pod);
PodPhase parse_phase(const std::string& phase);

// Any thread.
class PodFactsCache {
public:
    // Forgets pods as the informer loses them. May be called by each controller; the first call counts.
    void follow(reconcile::Informer& pods);
    std::shared_ptr<const PodFacts> get(const ObjectPtr& pod);

private:
    struct Entry {
        int64_t revision;
        std::shared_ptr<const PodFacts> facts;
    };
    std::mutex mutex_;
    bool following_ = false;
    TextMap<Entry> by_uid_;
};

// Which pods stand on which node. Any thread.
class PodsByNode {
public:
    explicit PodsByNode(std::shared_ptr<PodFactsCache> facts) : facts_(std::move(facts)) {}
    // May be called by each controller; the first call counts.
    void follow(const std::shared_ptr<reconcile::Informer>& pods);
    std::vector<ObjectPtr> on(const std::string& node) const;

private:
    void changed(const ObjectPtr& previous, const ObjectPtr& current);
    std::shared_ptr<PodFactsCache> facts_;
    std::shared_ptr<reconcile::Informer> pods_;
    mutable std::mutex mutex_;
    TextMap<std::string> node_by_uid_;
    TextMap<std::set<std::pair<std::string, std::string>>> by_node_;   // namespace, name
};

// A pod with its facts.
struct PodRef {
    ObjectPtr object;
    std::shared_ptr<const PodFacts> facts;
    const api::Meta& meta() const { return object->meta(); }
};

// The order in which a ReplicaSet removes pods, as Kubernetes ranks them: unassigned, pending, not ready, cheap, doubled up on their node,
// recently ready, often restarted, young ones first. rank(pod): how many pods of its family are active on its node.
void sort_for_deletion(std::vector<PodRef>& pods, const TextMap<int>& pods_on_node, WallTime now);

}  // namespace skiff::controllers
