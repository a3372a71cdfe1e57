#include "common/nn/rows.h"

#include <string.h>

#define LANES 4

/* Vectors of the compiler's: whatever the processor has becomes of them. */
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(4)));

static lanes load(const float *p)
{
	lanes v;

	memcpy(&v, p, sizeof(v));
	return v;
}

void rows_sum(const float *x, int rows, int width, float *sum)
{
	int c = 0;

	for (; c + 8 * LANES <= width; c += 8 * LANES) {
		lanes acc[8] = {0};

		for (int r = 0; r < rows; r++)
			for (int i = 0; i < 8; i++)
				acc[i] += load(x + (size_t)r * (size_t)width + c + i * LANES);
		memcpy(sum + c, acc, sizeof(acc));
	}
	for (; c < width; c++) {
		sum[c] = 0;
		for (int r = 0; r < rows; r++)
			sum[c] += x[(size_t)r * (size_t)width + (size_t)c];
	}
}

void rows_fill(const float *row, int rows, int width, float *y)
{
	for (int r = 0; r < rows; r++)
		memcpy(y + (size_t)r * (size_t)width, row, (size_t)width * sizeof(*y));
}

void rows_add(const float *x, const float *row, int rows, int width, float *y)
{
	for (int r = 0; r < rows; r++, x += width, y += width) {
		int c = 0;

		for (; c + LANES <= width; c += LANES) {
			lanes v = load(x + c) + load(row + c);

			memcpy(y + c, &v, sizeof(v));
		}
		for (; c < width; c++)
			y[c] = x[c] + row[c];
	}
}

double rows_square_sum(const float *x, size_t n)
{
	lanes acc[4] = {0};
	double sum = 0;
	size_t i = 0;

	for (; i + 4 * LANES <= n; i += 4 * LANES)
		for (size_t j = 0; j < 4; j++)
			acc[j] += load(x + i + j * LANES) * load(x + i + j * LANES);
	for (; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	for (size_t j = 0; j < 4 * LANES; j++)
		sum += (double)acc[j / LANES][j % LANES];
	return sum;
}

void rows_scale(float *x, size_t n, float factor)
{
	for (size_t i = 0; i < n; i++)
		x[i] *= factor;
}

void rows_mix(const float *x, size_t n, float share, float *y)
{
	size_t i = 0;

	for (; i + LANES <= n; i += LANES) {
		lanes v = load(y + i);

		v += share * (load(x + i) - v);
		memcpy(y + i, &v, sizeof(v));
	}
	for (; i < n; i++)
		y[i] += share * (x[i] - y[i]);
}
