#include "common/nn/rows.h"

#include <string.h>

#include "common/nn/lanes.h"

void rows_sum(const float *x, int rows, int width, float *sum)
{
	int c = 0;

	for (; c + 8 * QUAD <= width; c += 8 * QUAD) {
		quad acc[8] = {0};

		for (int r = 0; r < rows; r++)
			for (int i = 0; i < 8; i++)
				acc[i] += quad_load(x + (size_t)r * (size_t)width + c + i * QUAD);
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

		for (; c + QUAD <= width; c += QUAD) {
			quad v = quad_load(x + c) + quad_load(row + c);

			memcpy(y + c, &v, sizeof(v));
		}
		for (; c < width; c++)
			y[c] = x[c] + row[c];
	}
}

double rows_square_sum(const float *x, size_t n)
{
	quad acc[4] = {0};
	double sum = 0;
	size_t i = 0;

	for (; i + 4 * QUAD <= n; i += 4 * QUAD)
		for (size_t j = 0; j < 4; j++)
			acc[j] += quad_load(x + i + j * QUAD) * quad_load(x + i + j * QUAD);
	for (; i < n; i++)
		sum += (double)x[i] * (double)x[i];
	for (size_t j = 0; j < 4 * QUAD; j++)
		sum += (double)acc[j / QUAD][j % QUAD];
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

	for (; i + QUAD <= n; i += QUAD) {
		quad v = quad_load(y + i);

		v += share * (quad_load(x + i) - v);
		memcpy(y + i, &v, sizeof(v));
	}
	for (; i < n; i++)
		y[i] += share * (x[i] - y[i]);
}
