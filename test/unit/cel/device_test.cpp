// What selectors of devices see.
#include <catch2/catch.hpp>

#include "cel/device.h"
#include "json/parse.h"

using namespace skiff;

namespace {

const json::Value& device() {
    static const json::Value kDevice = *json::parse(R"({"name":"d","attributes":{
        "model":{"string":"a100"},"cores":{"int":8},"other.example.com/fast":{"bool":true},"version":{"version":"1.2.3-rc.1"}},
        "capacity":{"memory":{"value":"40Gi"},"other.example.com/lanes":{"value":"16"}}})");
    return kDevice;
}

std::string eval(const std::string& expression) {
    static const std::string kDriver = "gpu.example.com";
    auto program = cel::compile_device_selector(expression);
    if (!program.ok()) return "compile: " + program.status().message();
    auto value = cel::device_value(kDriver, device());
    REQUIRE(value.ok());
    auto selected = cel::selects_device(*program, *value);
    if (!selected.ok()) return selected.status().message();
    return *selected ? "yes" : "no";
}

}  // namespace

TEST_CASE("a device is known by its driver, and by attributes and capacity of each domain") {
    CHECK(eval("device.driver == 'gpu.example.com'") == "yes");
    CHECK(eval("device.attributes['gpu.example.com'].model == 'a100' && device.attributes['gpu.example.com'].cores > 4") == "yes");
    CHECK(eval("device.attributes['other.example.com'].fast") == "yes");
    CHECK(eval("device.capacity['gpu.example.com'].memory.compareTo(quantity('30Gi')) >= 0") == "yes");
    CHECK(eval("device.capacity['other.example.com'].lanes.isGreaterThan(quantity('16'))") == "no");
    CHECK(eval("device.attributes['gpu.example.com'].version.isLessThan(semver('1.2.3'))") == "yes");
}

TEST_CASE("a domain that the device does not have is empty, an attribute of it is an error unless one asks") {
    CHECK(eval("device.attributes['x.example.com'].model == 'a'") == "no such key: model");
    CHECK(eval("has(device.attributes['x.example.com'].model)") == "no");
    CHECK(eval("'model' in device.attributes['x.example.com']") == "no");
    CHECK(eval("'x.example.com' in device.attributes") == "no");
    CHECK(eval("'gpu.example.com' in device.attributes") == "yes");
    CHECK(eval("device.attributes.size() == 2") == "yes");
}

TEST_CASE("a domain is written once with cel.bind") {
    CHECK(eval("cel.bind(dra, device.attributes['gpu.example.com'], dra.model == 'a100' && dra.cores == 8)") == "yes");
    CHECK(eval("cel.bind(x, 2, cel.bind(y, x + 1, x * y == 6))") == "yes");
    CHECK(eval("cel.bind(x.y, 2, true)").find("cel.bind() variable names must be simple identifiers") != std::string::npos);
}

TEST_CASE("what is no selector is told when it is compiled") {
    CHECK(eval("device.driver").find("must evaluate to bool or the unknown type, not string") != std::string::npos);
    CHECK(eval("device.nothing == 1").find("compilation failed: ERROR: <input>:1:7: undefined field 'nothing'") != std::string::npos);
    CHECK(cel::compile_device_selector("device.attributes['a.b'].c == 'x' && device.driver.startsWith('gpu')")->estimated_cost().max < cel::kDeviceSelectorCostMax);
}
