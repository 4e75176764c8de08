// Reinvocation: what webhooks or policies remember between the two rounds of one request, so that those with reinvocationPolicy IfNeeded
// run again when something changed the object after them. Of one request; one thread.
#pragma once

#include <set>
#include <string>

#include "json/value.h"

namespace skiff::apiserver {

struct Reinvocation {
    std::set<std::string> invoked;        // ran and want to run again after changes
    std::set<std::string> again;          // are to run in the second round

    void require_again() {
        again.merge(invoked);
        invoked.clear();
    }
    // At the end of a round. Who has nothing to repeat needs no copy.
    void remember(const json::Value* object) {
        if (!invoked.empty() && object) last_ = *object;
    }
    // At the start of the second round: what other plugins did in between counts as a change.
    void begin_again(const json::Value* object) {
        if (!invoked.empty() && object && !(last_ == *object)) require_again();
    }

private:
    json::Value last_;
};

}  // namespace skiff::apiserver
