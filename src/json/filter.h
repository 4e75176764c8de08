// The members of an object that a rule lets through. Value::set() looks for its key each time: in a loop over a large map it takes quadratic time.
#pragma once

#include "json/value.h"

namespace skiff::json {

template <typename Keeps>
Value members_where(const Value& object, Keeps keeps) {
    Object kept;
    for (const Member& member : object.members())
        if (keeps(member.key)) kept.push_back(member);
    return Value(std::move(kept));
}

}  // namespace skiff::json
