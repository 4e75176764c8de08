#include "server/controllers/node_ttl.h"

#include <atomic>
#include <cstdint>
#include <iterator>

#include "server/controllers/resources.h"

namespace skiff::controllers {

using reconcile::Requeue;

namespace {

constexpr const char* kAnnotation = "node.alpha.kubernetes.io/ttl";

// Kubernetes' table: from so many nodes to so many the seconds hold.
struct Boundary {
    size_t least, most;
    int seconds;
};
constexpr Boundary kBoundaries[] = {{0, 100, 0}, {90, 500, 15}, {450, 1000, 30}, {900, 2000, 60}, {1800, SIZE_MAX, 300}};

class NodeTtlController : public reconcile::Controller {
public:
    std::string_view name() const override { return "ttl"; }
    std::vector<Gvr> inputs() const override { return {kNodes}; }
    std::vector<reconcile::Output> outputs() const override { return {{kNodes, ""}}; }

    void setup(reconcile::Context& context) override {
        context_ = &context;
        nodes_ = context.informers.informer(kNodes);
        nodes_->add_handlers({[this](const ObjectPtr& previous, const ObjectPtr& current) {
            if (previous && current) {
                if (previous->meta().annotation(kAnnotation) != current->meta().annotation(kAnnotation)) context_->queue.add(current->meta().name);
                return;
            }
            count_ += current ? 1 : -1;
            const size_t before = step_;
            step_ = node_ttl_step(static_cast<size_t>(count_.load()), before).index;
            if (step_ != before)
                for (const auto& node : nodes_->list()) context_->queue.add(node->meta().name);
            else if (current) context_->queue.add(current->meta().name);
        }});
    }

    Result<Requeue> reconcile(const std::string& key) override {
        auto node = nodes_->get({}, key);
        if (!node) return Requeue{};
        const std::string wanted = std::to_string(kBoundaries[step_].seconds);
        if (node->meta().annotation(kAnnotation) == wanted) return Requeue{};
        auto patch = json::Value::object();
        patch.mut("metadata").mut("annotations").set(kAnnotation, wanted);
        auto patched = context_->client.patch(kNodes, {}, key, client::PatchType::Strategic, patch);
        if (!patched.ok() && patched.status().reason() != Reason::NotFound) return std::move(patched).status();
        return Requeue{};
    }

private:
    reconcile::Context* context_ = nullptr;
    std::shared_ptr<reconcile::Informer> nodes_;
    std::atomic<int64_t> count_{0};
    std::atomic<size_t> step_{0};
};

}  // namespace

TtlStep node_ttl_step(size_t nodes, size_t present) {
    while (present + 1 < std::size(kBoundaries) && nodes > kBoundaries[present].most) ++present;
    while (present > 0 && nodes < kBoundaries[present].least) --present;
    return {present, kBoundaries[present].seconds};
}

std::unique_ptr<reconcile::Controller> make_node_ttl_controller() { return std::make_unique<NodeTtlController>(); }

}  // namespace skiff::controllers
