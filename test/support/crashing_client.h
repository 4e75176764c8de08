// CrashingClient: a client whose process dies at a chosen write: just before it, or just after it was stored but before the answer came.
// Every later write fails until revive(). For simulations; one thread.
#pragma once

#include <memory>

#include "client/client.h"

namespace skiff::test {

class CrashingClient : public client::Client {
public:
    using Gvr = api::Gvr;
    using ObjectPtr = api::ObjectPtr;
    explicit CrashingClient(std::shared_ptr<client::Client> inner) : inner_(std::move(inner)) {}

    // At the n-th write from now (1: the next). stored: the write itself still happens.
    void crash_at(int write, bool stored) {
        left_ = write;
        stored_ = stored;
    }
    bool dead() const { return dead_; }
    void revive() { dead_ = false; left_ = 0; }

    Result<ObjectPtr> get(const Gvr& g, const std::string& ns, const std::string& name) override { return inner_->get(g, ns, name); }
    Result<client::List> list(const Gvr& g, const client::ListOptions& o) override { return inner_->list(g, o); }
    Result<std::unique_ptr<client::Watch>> watch(const Gvr& g, const client::WatchOptions& o, client::WatchHandler h) override { return inner_->watch(g, o, std::move(h)); }
    Result<ObjectPtr> create(const Gvr& g, const std::string& ns, const json::Value& v, const client::WriteOptions& o, const std::string& name) override {
        return write(g, [&] { return inner_->create(g, ns, v, o, name); });
    }
    Result<ObjectPtr> update(const Gvr& g, const std::string& ns, const json::Value& v, const client::WriteOptions& o) override {
        return write(g, [&] { return inner_->update(g, ns, v, o); });
    }
    Result<ObjectPtr> patch(const Gvr& g, const std::string& ns, const std::string& name, client::PatchType t, const json::Value& v, const client::WriteOptions& o) override {
        return write(g, [&] { return inner_->patch(g, ns, name, t, v, o); });
    }
    Status remove(const Gvr& g, const std::string& ns, const std::string& name, const client::DeleteOptions& o) override {
        auto done = write(g, [&]() -> Result<ObjectPtr> {
            TRY(inner_->remove(g, ns, name, o));
            return ObjectPtr();
        });
        return done.ok() ? Status() : std::move(done).status();
    }
    Result<client::RawResponse> raw(const client::RawRequest& r) override { return inner_->raw(r); }

private:
    template <typename F>
    Result<ObjectPtr> write(const Gvr& gvr, F&& run) {
        const bool counts = gvr.resource != "events";
        if (!dead_ && counts && left_ > 0 && --left_ == 0) {
            dead_ = true;
            if (stored_) (void)run();
        }
        if (dead_) return error(Reason::ServiceUnavailable, "crash");
        return run();
    }
    std::shared_ptr<client::Client> inner_;
    int left_ = 0;
    bool stored_ = false, dead_ = false;
};

}  // namespace skiff::test
