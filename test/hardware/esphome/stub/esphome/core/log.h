#pragma once

#include <stdio.h>

#define ESP_LOGE(tag, ...) (printf("error " __VA_ARGS__), putchar('\n'))
#define ESP_LOGW(tag, ...) (printf("warning " __VA_ARGS__), putchar('\n'))
#define ESP_LOGCONFIG(tag, ...) (printf("config " __VA_ARGS__), putchar('\n'))
