import type { OwnedRow } from '../../domain/ownership.ts'
import { blank, cell, fitted, head, type Line, type Screen } from './lines.ts'

/** Whose everything in AWS is that a plan writes or deletes. */
export const owners = (rows: readonly OwnedRow[], { width }: Pick<Screen, 'width'>): Line[] =>
  rows.length === 0
    ? []
    : [
        blank,
        ...fitted(
          [
            head('IN AWS', 'OWNED BY', 'WRITTEN', 'THE UPGRADE'),
            ...rows.map(({ resource, owner, written, does }) => [
              cell(resource, 'strong'),
              cell(owner),
              written === 'requested' ? cell(written, 'asks') : cell(written),
              cell(does),
            ]),
          ],
          width,
        ),
      ]
