#include "simulation/cluster.h"

#include <algorithm>
#include <cstdlib>

#include "embedded/local_storage/provisioner.h"
#include "embedded/local_storage/volume_plan.h"
#include "json/parse.h"
#include "pki/ca.h"
#include "server/controllers/controllers.h"
#include "server/controllers/resources.h"

namespace skiff::simulation {

using namespace controllers;
using namespace std::chrono_literals;

namespace {

// More steps at one instant than any honest work needs.
constexpr int kStepsMax = 20'000;

const std::shared_ptr<const api::KindRegistry>& registry() {
    static const auto kKinds = api::KindRegistry::builtin();
    return kKinds;
}

// The cluster's CA for clients; one for all runs, keys are slow to make.
const CsrSigner& signer() {
    static const CsrSigner kSigner = [] {
        auto ca = pki::CertificateAuthority::create("clients", FakeClock().now());
        return CsrSigner{"kubernetes.io/kube-apiserver-client-kubelet", ca->certificate_pem(), ca->key_pem()};
    }();
    return kSigner;
}

}  // namespace

Cluster::Cluster(std::vector<Fault> faults, unsigned latency_ms) : api(clock, registry()), kubelets(api, clock), watchdog(api, clock), kinds_(registry()) {
    plan_.faults = std::move(faults);
    plan_.latency_ms = latency_ms;
    plan_.clock = &clock;
    plan_.story = &story;
    plan_.watchdog = &watchdog;
    plan_.tell_writes = std::getenv("SKIFF_WRITES") != nullptr;
    plan_.pass = [this](Duration time) { pass(time); };
    for (const char* ns : {"default", "kube-system", "kube-public", "kube-node-lease"})
        (void)api.create(kNamespaces, {}, json::Value::object({{"metadata", json::Value::object({{"name", ns}})}}));
    (void)api.create(kStorageClasses, {}, local_storage::storage_class());
    boot();
}

Cluster::~Cluster() { bury(); }

void Cluster::bury() {
    scheduler_.reset();
    runtime_.reset();
    client_.reset();
}

// A new process: fresh caches over what is stored.
void Cluster::boot() {
    bury();
    ++lives_;
    client_ = std::make_shared<FaultyClient>(std::shared_ptr<client::Client>(&api, [](client::Client*) {}), plan_);
    reconcile::Runtime::Options options;
    options.workers = 1;
    options.clock = &clock;
    options.client_for = [this](const std::string&) { return client_; };
    options.informer_client = client_;
    options.informers = reconcile::Drive::Caller;
    runtime_ = reconcile::Runtime::create(std::move(options));
    controllers::Options all;
    all.server_ca_pem = "PEM";
    all.kinds = kinds_;
    all.signers = {signer()};
    controllers::add_all(*runtime_, all);
    runtime_->add(local_storage::make_local_path_provisioner({[](const std::string&, const std::string& volume) -> Result<std::string> { return "/volumes/" + volume; },
                                                              [](const std::string&, const std::string&) { return Status(); }}));
    scheduler_ = scheduler::Scheduler::create(client_, clock, 1, reconcile::Drive::Caller);
}

void Cluster::settle() {
    for (int step = 0;; ++step) {
        if (step > kStepsMax) {
            api.wrong.push_back("the process never comes to rest");
            hopeless_ = true;
            return;
        }
        bool any = client_->deliver();
        any = runtime_->run_next() || any;
        any = scheduler_->run_next() || any;
        any = kubelets.step() || any;
        if (client_->dead()) {
            boot();
            any = true;
        }
        if (!any) return;
    }
}

void Cluster::pass(Duration time) {
    const auto until = clock.elapsed() + time;
    while (clock.elapsed() < until) {
        clock.advance(std::clamp(kubelets.next_due() - clock.elapsed(), Duration(1ms), until - clock.elapsed()));
        kubelets.step();
    }
}

Duration Cluster::next_due() {
    auto due = kubelets.next_due();
    for (const auto& next : {runtime_->next_due(), scheduler_->next_due(), client_->next_due()})
        if (next) due = std::min(due, *next);
    return due;
}

void Cluster::run_until(Duration elapsed) {
    while (!hopeless_) {
        settle();
        if (background) background(*this);
        settle();
        const auto now = clock.elapsed();
        if (now >= elapsed) return;
        clock.advance(std::clamp(next_due() - now, Duration(1ms), elapsed - now));
    }
}

bool Cluster::run_until_quiet(Duration quiet, Duration longest) {
    const auto last = clock.elapsed() + longest;
    auto since = clock.elapsed();
    for (uint64_t seen = plan_.writes; clock.elapsed() < last && !hopeless_;) {
        run_until(clock.elapsed() + 5s);
        if (plan_.writes != seen) since = clock.elapsed();
        seen = plan_.writes;
        if (clock.elapsed() - since >= quiet) return true;
    }
    return false;
}

void Cluster::make(const api::Gvr& gvr, const std::string& ns, const std::string& text) {
    auto tree = json::parse(text);
    if (!tree.ok()) return api.wrong.push_back("cannot parse: " + text);
    auto made = api.create(gvr, ns, *tree);
    if (!made.ok() && made.status().reason() != Reason::AlreadyExists) api.wrong.push_back(made.status().message());
}

void Cluster::edit(const api::Gvr& gvr, const std::string& ns, const std::string& name, const std::function<void(json::Value& tree)>& change) {
    api.store.change(gvr, ns, name, change);
}

void Cluster::set_clock(Duration by) {
    clock.offset += by;
    api.clock_was_set = true;
    watchdog.clock_was_set();
}

void Cluster::remove(const api::Gvr& gvr, const std::string& ns, const std::string& name, const std::string& propagation) {
    client::DeleteOptions options;
    options.propagation = propagation.empty() ? "Background" : propagation;
    (void)api.remove(gvr, ns, name, options);
}

}  // namespace skiff::simulation
