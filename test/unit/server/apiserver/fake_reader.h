// A Reader over objects that the test puts there.
#pragma once

#include <map>
#include <string>

#include "json/parse.h"
#include "server/apiserver/reader.h"

struct FakeReader : skiff::apiserver::Reader {
    using Gvr = skiff::api::Gvr;

    // text: a JSON object with metadata; replaces one of the same name.
    void put(const Gvr& gvr, const char* text) { put(gvr, skiff::json::parse(text).value_or(skiff::json::Value())); }
    void put(const Gvr& gvr, skiff::json::Value tree) {
        auto object = skiff::api::Object::from_tree(std::move(tree));
        objects[gvr][object->meta().key()] = object;
        ++revisions[gvr];
    }
    void remove(const Gvr& gvr, const std::string& key) {
        objects[gvr].erase(key);
        ++revisions[gvr];
    }

    skiff::api::ObjectPtr get(const Gvr& gvr, std::string_view ns, std::string_view name) const override {
        auto kind = objects.find(gvr);
        if (kind == objects.end()) return nullptr;
        auto found = kind->second.find(ns.empty() ? std::string(name) : std::string(ns) + "/" + std::string(name));
        return found == kind->second.end() ? nullptr : found->second;
    }
    std::vector<skiff::api::ObjectPtr> list(const Gvr& gvr, std::string_view ns = {}) const override {
        std::vector<skiff::api::ObjectPtr> out;
        auto kind = objects.find(gvr);
        if (kind == objects.end()) return out;
        for (const auto& [key, object] : kind->second)
            if (ns.empty() || object->meta().ns == ns) out.push_back(object);
        return out;
    }
    int64_t revision(const Gvr& gvr) const override {
        auto found = revisions.find(gvr);
        return found == revisions.end() ? 0 : found->second;
    }

    std::map<Gvr, std::map<std::string, skiff::api::ObjectPtr>> objects;
    std::map<Gvr, int64_t> revisions;
};
