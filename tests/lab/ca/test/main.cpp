// Only for the free-standing build: inside the root project the shared ae_test_main has main().
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
